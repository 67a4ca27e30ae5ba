// Keeps the state true: asks for everything whenever the stream of events begins, then follows the stream.
//
//   connecting ──open──► ask, keep events ──answered──► live ──error──► lost ──open──► ask again …
import type { EmulatorEvent } from '@chatpush/emulator';
import { readPhone, readSnapshot, RefusedError } from './emulator-api.ts';
import type { PhoneOnPage } from './phone.ts';
import { readHere, startOver, type Here } from './session.ts';
import { apply, NOTHING, type Change, type State } from './state.ts';

const EVENT_TYPES: readonly EmulatorEvent['type'][] = [
  'phone-appeared',
  'phone-changed',
  'phones-forgotten',
  'notification',
  'faults-changed',
  'request',
];

/** The page is drawn at once, and under load no more often than this, nor for more than a third of the time. */
const DRAWN_EVERY_MS = 33;
const REST_PER_DRAWING = 2;

/** As the emulator asks of those who follow its events. */
const AGAIN_AFTER_MS = 1000;
/** How often a service without phones is asked whether it is there. */
const ASKED_EVERY_MS = 5_000;

export interface Live {
  readonly state: State;
  change(change: Change): void;
  /** Asks for the phone's lock screen, unless that is under way. */
  readPhone(phone: PhoneOnPage): void;
  /** Calls `listener` after changes, from now on, until the returned function is called. */
  subscribe(listener: () => void): () => void;
}

export function openLive({ service, phones }: Here): Live {
  let state: State = { ...NOTHING, hasService: service, hasPhones: phones };
  const listeners = new Set<() => void>();
  let drawnAt = -Infinity;
  let tookMs = 0;
  let isDrawing = false;

  const draw = (): void => {
    isDrawing = false;
    const beganAt = performance.now();
    for (const listener of listeners) listener();
    drawnAt = performance.now();
    tookMs = drawnAt - beganAt;
  };
  const change = (change: Change): void => {
    state = apply(state, change, Date.now());
    if (isDrawing) return;
    const waitMs = drawnAt + Math.max(DRAWN_EVERY_MS, tookMs * REST_PER_DRAWING) - performance.now();
    isDrawing = waitMs > 0;
    if (isDrawing) setTimeout(draw, waitMs);
    else draw();
  };

  /** Events since the stream opened, while the snapshot is on its way; undefined once it is here. */
  let missed: EmulatorEvent[] | undefined;
  const start = async (kept: EmulatorEvent[]): Promise<void> => {
    try {
      const snapshot = await readSnapshot();
      if (missed !== kept) return; // the stream began anew in the meantime
      missed = undefined;
      change({ type: 'snapshot', snapshot, missed: kept });
    } catch {
      change({ type: 'connection', connection: 'lost' });
      setTimeout(() => missed === kept && void start(kept), AGAIN_AFTER_MS);
    }
  };
  const follow = (): void => {
    const source = new EventSource('/emulator/events');
    source.addEventListener('open', () => {
      missed = [];
      void start(missed);
    });
    source.addEventListener('error', () => {
      missed = undefined;
      change({ type: 'connection', connection: 'lost' });
      // A broken connection is opened again by the browser; one that was answered by a refusal, by nobody but us.
      if (source.readyState === EventSource.CLOSED) setTimeout(follow, AGAIN_AFTER_MS);
    });
    for (const type of EVENT_TYPES) {
      source.addEventListener(type, ({ data }: MessageEvent<string>) => {
        const event = { type, ...JSON.parse(data) } as EmulatorEvent;
        if (missed === undefined) change(event);
        else missed.push(event);
      });
    }
  };
  /** Without phones there is no stream of events, and the views ask for what they show. */
  const watch = async (): Promise<void> => {
    try {
      const here = document.hidden ? undefined : await readHere();
      if (here?.signIn) return startOver();
      if (here !== undefined) change({ type: 'service-answered' });
    } catch {
      change({ type: 'connection', connection: 'lost' });
    }
    setTimeout(() => void watch(), ASKED_EVERY_MS);
  };
  if (phones) follow();
  else void watch();

  const reading = new Set<string>();
  const read = async ({ deviceToken, revision }: PhoneOnPage): Promise<void> => {
    try {
      const phone = await readPhone(deviceToken);
      reading.delete(deviceToken);
      change({ type: 'phone-read', phone, asOf: revision });
    } catch (error) {
      reading.delete(deviceToken);
      // Anything else than "no such phone" is the connection's trouble, and its return reads all phones again.
      if (error instanceof RefusedError && error.status === 404)
        change({ type: 'phone-gone', deviceToken, asOf: revision });
    }
  };

  return {
    get state() {
      return state;
    },
    change,
    readPhone(phone) {
      if (reading.has(phone.deviceToken)) return;
      reading.add(phone.deviceToken);
      void read(phone);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
