// One phone as the page knows it: what the emulator said of it, and what has lit it up since.
import type { DeviceType, Notification, PhoneState } from '@chatpush/emulator';
import { lightUp, silentAfter, type Shown, type Silent } from '@chatpush/emulator/screen';

/** One of `GET /emulator/phones`. */
export interface PhoneSummary {
  deviceToken: string;
  deviceType?: DeviceType;
  /** Bundle id or Firebase project. */
  app?: string;
  state: PhoneState;
  /** Milliseconds since 1970; absent while the app is there. */
  uninstalledAt?: number;
  /** Accepted requests so far. */
  received: number;
}

/** `GET /emulator/phones/{deviceToken}` */
export interface PhoneView extends PhoneSummary {
  shown: readonly Shown[];
  /** Absent while nothing came that shows nothing. */
  silent?: Silent;
}

export interface ShownOnPage extends Shown {
  /** From the gateway's acceptance to the page; absent for what was there before the page or waited in the gateway. */
  litAfterMs?: number;
}

export interface PhoneOnPage extends PhoneSummary {
  /** The lock screen, newest first; undefined until it was read. */
  shown?: readonly ShownOnPage[];
  silent?: Silent;
  /** Given anew with every switch: an answer asked for under another one is of the past, or of a phone forgotten since. */
  revision: number;
  /** Whether the lock screen must be read: only the emulator knows what a gateway stored for a phone that was off. */
  isStale: boolean;
}

/** Beyond it the clocks of page and emulator are not the same, or the page slept. */
const PLAUSIBLE_MS = 60_000;

/** A phone from its summary; what the page knew `before` stays in sight until it is read again. */
export function phoneOnPage(summary: PhoneSummary, revision: number, before?: PhoneOnPage): PhoneOnPage {
  const { deviceToken, deviceType, app, state, uninstalledAt, received } = summary;
  const { shown, silent } = before ?? {};
  return {
    deviceToken,
    deviceType,
    app,
    state,
    uninstalledAt,
    received,
    shown,
    silent,
    revision,
    isStale: true,
  };
}

/** A phone that has just come into being: dark, as far as one knows; it may have been switched before it appeared. */
export const newPhone = (
  phone: Pick<PhoneSummary, 'deviceToken' | 'deviceType' | 'app'>,
  revision: number,
): PhoneOnPage => ({
  ...phoneOnPage({ ...phone, state: 'on', received: 0 }, revision),
  shown: [],
});

/** Somebody installed its app by name. */
export const appeared = (
  phone: PhoneOnPage,
  { deviceType = phone.deviceType, app = phone.app }: Pick<PhoneSummary, 'deviceType' | 'app'>,
): PhoneOnPage => ({ ...phone, deviceType, app });

export const switched = (
  phone: PhoneOnPage,
  { state, uninstalledAt }: Pick<PhoneSummary, 'state' | 'uninstalledAt'>,
  revision: number,
): PhoneOnPage => ({
  ...phone,
  state,
  uninstalledAt,
  shown: uninstalledAt === undefined ? phone.shown : [],
  revision,
  isStale: true,
});

/** A notification that the page has not heard of yet, at `nowMs`. */
export function notified(phone: PhoneOnPage, notification: Notification, nowMs: number): PhoneOnPage {
  const { n, app, receivedAt } = notification;
  const next = { ...phone, app, received: n, silent: silentAfter(phone.silent, notification) };
  if (n !== phone.received + 1) return { ...next, isStale: true }; // some were missed
  if (phone.shown === undefined || phone.state === 'off') return next;
  const [first, ...rest] = lightUp(phone.shown, notification, receivedAt);
  if (first?.n !== n) return next; // nothing to see: a background notification
  const litAfterMs = nowMs - receivedAt;
  const isPlausible = litAfterMs >= 0 && litAfterMs < PLAUSIBLE_MS;
  return { ...next, shown: [isPlausible ? { ...first, litAfterMs } : first, ...rest] };
}

/** The lock screen as the emulator answered it; one that was overtaken leaves the phone stale. */
export function read(phone: PhoneOnPage, view: PhoneView, asOf: number): PhoneOnPage {
  if (asOf !== phone.revision || view.received < phone.received) return { ...phone };
  const lit = new Map(phone.shown?.map(({ n, litAfterMs }) => [n, litAfterMs]));
  const { deviceType, app, state, uninstalledAt, received, silent } = view;
  const shown = view.shown.map((one) => ({ ...one, litAfterMs: lit.get(one.n) }));
  return { ...phone, deviceType, app, state, uninstalledAt, received, shown, silent, isStale: false };
}
