// What the page knows and how each thing that happens changes it. Pure: no clock, no network, no drawing.
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

/** How many phones the page keeps: those heard most lately. */
export const KEPT_PHONES = 200;
/** How many of the newest requests the page keeps. */
export const KEPT_REQUESTS = 200;
const KEPT_WRITTEN = 20;

export interface State {
  readonly connection: 'connecting' | 'live' | 'lost';
  readonly description?: Description;
  /** Whether the service answers at the page's own address, so that one can register and write. */
  readonly hasService: boolean;
  /** Whether there is an emulator with phones and faults. */
  readonly hasPhones: boolean;
  /** Whether what is there has been asked for once. */
  readonly isKnown: boolean;
  /** Newest first; a phone keeps its place while the page is open. */
  readonly phones: readonly PhoneOnPage[];
  /** All there are, those the page does not keep included. */
  readonly phoneCount: number;
  /** The newest that a phone was given. */
  readonly revision: number;
  readonly faults: Readonly<Record<string, FaultKind>>;
  readonly rules: readonly AppliedRule[];
  /** Newest first. */
  readonly requests: readonly LoggedRequest[];
  readonly requestCount: number;
  /** Newest first. */
  readonly written: readonly Written[];
  /** The latest arrival in words, for those who listen to the page. */
  readonly announcement: string;
}

/** The emulator's state as it was asked for. */
export interface Snapshot {
  description: Description;
  hasService: boolean;
  /** As the emulator lists them: the longest silent first. */
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
  /** The service answers, and there are no phones. */
  | { type: 'service-answered' }
  /** `missed` are the events that came while the snapshot was on its way; it may know some of them already. */
  | { type: 'snapshot'; snapshot: Snapshot; missed: readonly EmulatorEvent[] }
  /** `asOf` is the phone's revision when it was asked for. */
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

/** The state after a change that the page heard of at `nowMs`. */
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
  // All but requests are recognised by what they say; these by their number.
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
    // One of more phones than the page keeps.
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
