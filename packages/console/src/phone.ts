// A phone as the page knows it: the emulator's last answer, plus the notifications received since.
import type { DeviceType, Notification, PhoneState } from '@chatpush/emulator';
import { lightUp, silentAfter, type Shown, type Silent } from '@chatpush/emulator/screen';

/** One of `GET /emulator/phones`. */
export interface PhoneSummary {
  deviceToken: string;
  deviceType?: DeviceType;
  /** Bundle id or Firebase project. */
  app?: string;
  state: PhoneState;
  /** Milliseconds since 1970; absent while the app is installed. */
  uninstalledAt?: number;
  /** Accepted requests so far. */
  received: number;
}

/** `GET /emulator/phones/{deviceToken}` */
export interface PhoneView extends PhoneSummary {
  shown: readonly Shown[];
  /** Absent until the first silent push. */
  silent?: Silent;
}

export interface ShownOnPage extends Shown {
  /**
   * From the gateway's acceptance to the page; absent for notifications that are older than the page or were stored by the
   * gateway.
   */
  litAfterMs?: number;
}

export interface PhoneOnPage extends PhoneSummary {
  /** The lock screen, newest first; undefined until it has been read. */
  shown?: readonly ShownOnPage[];
  silent?: Silent;
  /** Changes each time the phone is switched on or off. An answer requested under another revision is outdated. */
  revision: number;
  /** Whether the lock screen must be read again: only the emulator knows what a gateway stored while the phone was off. */
  isStale: boolean;
}

/** A longer time means that the clocks of page and emulator differ, or that the page was suspended. */
const PLAUSIBLE_MS = 60_000;

/** A phone from its summary. What the page knew `before` stays visible until it is read again. */
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

/** A new phone. Its lock screen is assumed empty, but it may have been switched off and on before the page saw it. */
export const newPhone = (
  phone: Pick<PhoneSummary, 'deviceToken' | 'deviceType' | 'app'>,
  revision: number,
): PhoneOnPage => ({
  ...phoneOnPage({ ...phone, state: 'on', received: 0 }, revision),
  shown: [],
});

/** Its app was installed by name. */
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

/** Applies a new notification, received at `nowMs`. */
export function notified(phone: PhoneOnPage, notification: Notification, nowMs: number): PhoneOnPage {
  const { n, app, receivedAt } = notification;
  const next = { ...phone, app, received: n, silent: silentAfter(phone.silent, notification) };
  if (n !== phone.received + 1) return { ...next, isStale: true }; // some were missed
  if (phone.shown === undefined || phone.state === 'off') return next;
  const [first, ...rest] = lightUp(phone.shown, notification, receivedAt);
  if (first?.n !== n) return next; // a background notification shows nothing
  const litAfterMs = nowMs - receivedAt;
  const isPlausible = litAfterMs >= 0 && litAfterMs < PLAUSIBLE_MS;
  return { ...next, shown: [isPlausible ? { ...first, litAfterMs } : first, ...rest] };
}

/** Applies the emulator's answer. An answer overtaken by newer events leaves the phone stale. */
export function read(phone: PhoneOnPage, view: PhoneView, asOf: number): PhoneOnPage {
  if (asOf !== phone.revision || view.received < phone.received) return { ...phone };
  const lit = new Map(phone.shown?.map(({ n, litAfterMs }) => [n, litAfterMs]));
  const { deviceType, app, state, uninstalledAt, received, silent } = view;
  const shown = view.shown.map((one) => ({ ...one, litAfterMs: lit.get(one.n) }));
  return { ...phone, deviceType, app, state, uninstalledAt, received, shown, silent, isStale: false };
}
