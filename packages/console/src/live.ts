// Keeps the state current: requests a snapshot each time the event stream opens, then applies its events.
//
//   connecting ──open──► ask, buffer events ──answered──► live ──error──► lost ──open──► ask again …
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

/** The page renders changes immediately. Under load it renders no more often than this, and for at most a third of the time. */
export const DRAWN_EVERY_MS = 33;
const REST_PER_DRAWING = 2;

/** The interval that the emulator asks of its subscribers. */
const AGAIN_AFTER_MS = 1000;
/** How often a service without phones is polled. */
const ASKED_EVERY_MS = 5_000;

export interface Live {
  readonly state: State;
  change(change: Change): void;
  /** Requests the phone's lock screen, unless a request is already pending. */
  readPhone(phone: PhoneOnPage): void;
  /** Calls `listener` after each change until the returned function is called. */
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

  /** Events received while the snapshot is pending; undefined once it has arrived. */
  let missed: EmulatorEvent[] | undefined;
  const start = async (kept: EmulatorEvent[]): Promise<void> => {
    try {
      const snapshot = await readSnapshot();
      if (missed !== kept) return; // the stream was reopened in the meantime
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
      // The browser reopens a broken connection, but not one that was answered with an error status: we reopen that here.
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
  /** Without phones there is no event stream; each view requests what it shows. */
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
      // Any error but "no such phone" is a connection error, and reconnecting reads all phones again.
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
