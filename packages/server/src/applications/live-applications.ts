// The stored applications as the sending side sees them: all in memory, because a lane needs its channel in the
// middle of a turn.
//
// A hint of the store loads a changed one at once. Hints may be lost, so all are read again every eight seconds. A
// thousand applications are a few megabytes, in memory and in each read.
import type { Store } from '../store/store.ts';
import { toLiveApplication } from './live-application.ts';
import type { LiveApplication, LiveApplicationOptions } from './live-application.ts';
import { parseApplication } from './document.ts';
import type { StoredApplications } from './stored-applications.ts';

/** A change whose hint was lost is seen within 10 seconds: this, the read itself, and the new connection. */
const READ_AGAIN_MS = 8_000;

export interface LiveApplications {
  readonly find: (arn: string) => LiveApplication | undefined;
  readonly all: () => Iterable<LiveApplication>;
  /** The same as `find`, but a promise while a read that a hint has started is running: for calls, which can wait. */
  current(arn: string): LiveApplication | undefined | Promise<LiveApplication | undefined>;
  /** Reads one application again now. */
  load(arn: string): Promise<LiveApplication | undefined>;
  /** Begins to follow the store's hints. */
  follow(): void;
  /** Follows hints, reads all applications, and keeps doing so. */
  start(): Promise<void>;
  /** Rebuilds all from what was read, because the gateways' addresses or the encryption keys changed. */
  renew(): void;
  close(): void;
}

interface Entry {
  readonly body: string;
  readonly live: LiveApplication;
}

export function createLiveApplications(options: {
  readonly store: Pick<Store, 'onHint' | 'setting'>;
  readonly stored: StoredApplications;
  readonly live: () => LiveApplicationOptions;
  /** Called after each change; must not throw. */
  readonly changed: () => void;
  /** They could not be read again; the known ones stay in use. */
  readonly failed: (error: unknown) => void;
}): LiveApplications {
  const { store, stored } = options;
  const entries = new Map<string, Entry>();
  /** Increases with each read of one application, so that an older read of all does not undo it. */
  const readings = new Map<string, number>();
  let clockOfReadings = 0;
  /** Reads started by hints. */
  const hinted = new Map<string, Promise<unknown>>();
  let timer: NodeJS.Timeout | undefined;
  let stopListening: (() => void) | undefined;
  let isClosed = false;

  /** Whether anything changed. */
  function put(arn: string, body: string | undefined): boolean {
    if (entries.get(arn)?.body === body) return false;
    if (body === undefined) entries.delete(arn);
    else entries.set(arn, { body, live: toLiveApplication(arn, parseApplication(body), options.live()) });
    return true;
  }

  async function load(arn: string): Promise<LiveApplication | undefined> {
    const reading = ++clockOfReadings;
    const setting = await store.setting('application', arn);
    if (reading < (readings.get(arn) ?? 0)) return entries.get(arn)?.live;
    readings.set(arn, reading);
    if (put(arn, setting?.body)) options.changed();
    return entries.get(arn)?.live;
  }

  async function loadAll(): Promise<void> {
    const began = ++clockOfReadings;
    const seen = new Set<string>();
    let isChanged = false;
    const isNewer = (arn: string): boolean => (readings.get(arn) ?? 0) > began;
    for await (const { arn, body } of stored.all()) {
      seen.add(arn);
      if (!isNewer(arn)) isChanged = put(arn, body) || isChanged;
    }
    for (const arn of entries.keys())
      if (!seen.has(arn) && !isNewer(arn)) isChanged = put(arn, undefined) || isChanged;
    for (const [arn, reading] of readings) if (reading < began) readings.delete(arn);
    if (isChanged) options.changed();
  }

  function readAgain(): void {
    timer = setTimeout(() => {
      loadAll()
        .catch(options.failed)
        .finally(() => {
          if (!isClosed) readAgain();
        });
    }, READ_AGAIN_MS);
  }

  const live: LiveApplications = {
    find: (arn) => entries.get(arn)?.live,
    all: function* () {
      for (const { live } of entries.values()) yield live;
    },
    current: (arn) => {
      const reading = hinted.get(arn);
      return reading === undefined ? live.find(arn) : reading.then(() => live.find(arn));
    },
    load,
    follow: () => {
      stopListening = store.onHint((kind, id) => {
        if (kind !== 'setting' || !id.startsWith('arn:')) return;
        const reading = load(id)
          .catch(options.failed)
          .finally(() => {
            if (hinted.get(id) === reading) hinted.delete(id);
          });
        hinted.set(id, reading);
      });
    },
    start: async () => {
      live.follow();
      await loadAll();
      readAgain();
    },
    renew: () => {
      for (const [arn, { body }] of entries)
        entries.set(arn, { body, live: toLiveApplication(arn, parseApplication(body), options.live()) });
      options.changed();
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      stopListening?.();
    },
  };
  return live;
}
