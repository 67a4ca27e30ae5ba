// The page's state and how each event changes it. Pure: no clock, no network, no rendering.
import type {
  AppliedRule,
  Description,
  EmulatorEvent,
  FaultKind,
  LoggedRequest,
  Notification,
} from '@chatpush/emulator';
import type { ShownOnPage, PhoneOnPage, PhoneSummary, PhoneView } from './phone.ts';
import { appeared, newPhone, notified, phoneOnPage, read, switched } from './phone.ts';
import type { Written } from './written.ts';
import { arrivedAt } from './written.ts';

/** How many phones the page keeps: the most recently active ones. */
export const KEPT_PHONES = 200;
/** How many of the newest requests the page keeps. */
export const KEPT_REQUESTS = 200;
const KEPT_WRITTEN = 20;

export interface State {
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly description?: Description;
  /** Whether the service answers at the page's own address, so that the page can register and write. */
  readonly hasService: boolean;
  /** Whether there is an emulator with phones and faults. */
  readonly hasPhones: boolean;
  /** Whether the first snapshot has arrived. */
  readonly isKnown: boolean;
  /** Newest first; a phone keeps its place while the page is open. */
  readonly phones: readonly PhoneOnPage[];
  /** The number of all phones, including those the page does not keep. */
  readonly phoneCount: number;
  /** The newest revision given to a phone. */
  readonly revision: number;
  readonly faults: Readonly<Record<string, FaultKind>>;
  readonly rules: readonly AppliedRule[];
  /** Newest first. */
  readonly requests: readonly LoggedRequest[];
  readonly requestCount: number;
  /** Newest first. */
  readonly written: readonly Written[];
  /** The latest arrival in words, for screen readers. */
  readonly announcement: string;
}

/** The snapshot of the emulator's state. */
export interface Snapshot {
  description: Description;
  hasService: boolean;
  /** In the emulator's order: least recently active first. */
  phones: readonly PhoneSummary[];
  faults: Readonly<Record<string, FaultKind>>;
  rules: readonly AppliedRule[];
  /** Oldest first. */
  requests: readonly LoggedRequest[];
  requestCount: number;
}

export type Change =
  | EmulatorEvent
  | { type: 'connection'; connection: State['connection'] }
  /** The service answers and has no phones. */
  | { type: 'service-answered' }
  /** `missed` are the events received while the snapshot was pending; the snapshot may already include some of them. */
  | { type: 'snapshot'; snapshot: Snapshot; missed: readonly EmulatorEvent[] }
  /** `asOf` is the phone's revision when the request was sent. */
  | { type: 'phone-read'; phone: PhoneView; asOf: number }
  | { type: 'phone-gone'; deviceToken: string; asOf: number }
  | { type: 'wrote'; written: Written }
  | { type: 'answered'; eventId: string; answer: NonNullable<Written['answer']> };

export const NOTHING: State = {
  connection: 'connecting',
  hasService: false,
  hasPhones: true,
  isKnown: false,
  phones: [],
  phoneCount: 0,
  revision: 0,
  faults: {},
  rules: [],
  requests: [],
  requestCount: 0,
  written: [],
  announcement: '',
};

/** The state after a change received at `nowMs`. */
export function apply(state: State, change: Change, nowMs: number): State {
  switch (change.type) {
    case 'connection':
      return { ...state, connection: change.connection };
    case 'service-answered':
      return { ...state, connection: 'live', isKnown: true };
    case 'snapshot':
      return applySnapshot(state, change.snapshot, change.missed, nowMs);
    case 'phone-appeared': {
      const known = state.phones.some(({ deviceToken }) => deviceToken === change.deviceToken);
      if (known) return withPhone(state, change.deviceToken, (phone) => appeared(phone, change));
      return {
        ...withNewPhone(state, newPhone(change, state.revision + 1)),
        phoneCount: state.phoneCount + 1,
      };
    }
    case 'phone-changed':
      return withPhone({ ...state, revision: state.revision + 1 }, change.deviceToken, (phone) =>
        switched(phone, change, state.revision + 1),
      );
    case 'phones-forgotten':
      return { ...state, phones: [], phoneCount: 0 };
    case 'notification':
      return applyNotification(state, change.deviceToken, change.notification, nowMs);
    case 'faults-changed':
      return { ...state, rules: change.rules };
    case 'request': {
      const requests = [change.request, ...state.requests].slice(0, KEPT_REQUESTS);
      return { ...state, requests, requestCount: state.requestCount + 1 };
    }
    case 'phone-read':
      return withPhone(state, change.phone.deviceToken, (phone) => read(phone, change.phone, change.asOf));
    case 'phone-gone': {
      const phones = state.phones.filter(
        ({ deviceToken, revision }) => deviceToken !== change.deviceToken || revision !== change.asOf,
      );
      return { ...state, phones, phoneCount: state.phoneCount - (state.phones.length - phones.length) };
    }
    case 'wrote':
      return { ...state, written: [change.written, ...state.written].slice(0, KEPT_WRITTEN) };
    case 'answered': {
      const { eventId, answer } = change;
      return {
        ...state,
        written: state.written.map((one) => (one.eventId === eventId ? { ...one, answer } : one)),
      };
    }
  }
}

const withNewPhone = (state: State, phone: PhoneOnPage): State => ({
  ...state,
  revision: phone.revision,
  phones: [phone, ...state.phones].slice(0, KEPT_PHONES),
});

function withPhone(state: State, token: string, change: (phone: PhoneOnPage) => PhoneOnPage): State {
  return {
    ...state,
    phones: state.phones.map((phone) => (phone.deviceToken === token ? change(phone) : phone)),
  };
}

function applySnapshot(
  state: State,
  { phones, requests, requestCount, ...rest }: Snapshot,
  missed: readonly EmulatorEvent[],
  nowMs: number,
): State {
  const before = new Map(state.phones.map((phone) => [phone.deviceToken, phone]));
  const next: State = {
    ...state,
    ...rest,
    connection: 'live',
    isKnown: true,
    revision: state.revision + 1,
    phones: phones
      .slice(-KEPT_PHONES)
      .toReversed()
      .map((summary) => phoneOnPage(summary, state.revision + 1, before.get(summary.deviceToken))),
    phoneCount: phones.length,
    requests: requests.slice(-KEPT_REQUESTS).toReversed(),
    requestCount,
  };
  // Requests are recognised by their number, all other events by their content.
  return missed
    .filter((event) => event.type !== 'request' || event.request.n > requestCount)
    .reduce((state: State, event) => apply(state, event, nowMs), next);
}

function applyNotification(
  state: State,
  deviceToken: string,
  notification: Notification,
  nowMs: number,
): State {
  const phone = state.phones.find((one) => one.deviceToken === deviceToken);
  if (phone === undefined) {
    // The page does not keep this phone.
    const { n: received, app } = notification;
    return withNewPhone(state, phoneOnPage({ deviceToken, app, state: 'on', received }, state.revision + 1));
  }
  if (notification.n <= phone.received) return state;
  const next = notified(phone, notification, nowMs);
  const lit = next.shown?.[0];
  const isLit = lit?.n === notification.n;
  return {
    ...withPhone(state, deviceToken, () => next),
    written: state.written.map((one) => arrivedAt(one, deviceToken, notification, nowMs)),
    announcement: isLit ? announcementOf(lit) : state.announcement,
  };
}

const announcementOf = ({ title, body, n }: ShownOnPage): string =>
  `Notification ${n}: ${[title, body].filter(Boolean).join(': ')}`;
