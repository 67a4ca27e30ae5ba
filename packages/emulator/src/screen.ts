// What the phone's lock screen shows, computed from everything that arrived and every change of state. Pure.
import { isJson, type Json, type Notification } from './notification.ts';

/** Something that happened to a phone. Times in milliseconds since 1970. */
export type Happening =
  | { what: 'arrived'; notification: Notification }
  | { what: 'off' | 'on' | 'uninstalled' | 'reinstalled'; at: number };

/** One notification on the lock screen. */
export interface Shown {
  /** The `n` of the notification shown, or of the newest if several were merged. */
  n: number;
  /** When it was shown, in milliseconds since 1970: after it was received, if the phone was off. */
  shownAt: number;
  app: string;
  title?: string;
  subtitle?: string;
  body?: string;
  /** Later notifications with the same id replace this one: APNs collapse id, FCM notification tag. */
  collapseId?: string;
  /** The number of accepted requests merged into this one. */
  merged: number;
  /** What the notification contains besides its texts; absent if nothing. */
  extras?: Extras;
}

/** What a notification contains besides its texts, by the gateway's own names. */
export interface Extras {
  badge?: number;
  sound?: string;
  /** URL of a picture, which the app or Android loads. */
  image?: string;
  /** APNs category (its actions are defined by the app), or the click action on Android. */
  actions?: string;
  /** Notifications of one thread are shown together. */
  thread?: string;
  /** APNs `interruption-level`. */
  level?: string;
  /** Android's notification channel. */
  channel?: string;
  /** An FCM data message, which the app turns into a notification. */
  drawn?: 'by the app';
}

/** How a gateway stores and merges one notification. */
interface Handling {
  /** Notifications with equal ids are shown as one. */
  collapseId?: string;
  /** While the phone is off, only one notification per slot is stored. Undefined: stored in addition to all others. */
  slot?: string;
  /** Until when the gateway stores it, in milliseconds since 1970; `-Infinity`: a single attempt, never stored. */
  storedUntil: number;
  visible?: { title?: string; subtitle?: string; body?: string };
  extras?: Extras;
}

const DAY_MS = 86_400_000;
/** FCM stores this many non-collapsible messages; with one more it discards them all. */
const FCM_STORED_MESSAGES = 100;
/** FCM stores this many different collapse keys per device. */
const FCM_STORED_KEYS = 4;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const objectOf = (value: unknown): Json => (isJson(value) ? value : {});
const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** Only the members that are set; undefined if there are none. */
function present(extras: Extras): Extras | undefined {
  const entries = Object.entries(extras).filter(([, value]) => value !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

const apnsExtras = (aps: Json, payload: Json): Extras | undefined =>
  present({
    badge: numberOf(aps['badge']),
    sound: textOf(aps['sound']) ?? textOf(objectOf(aps['sound'])['name']),
    // Not a key of Apple's: Firebase's iOS library reads it.
    image: textOf(objectOf(payload['fcm_options'])['image']),
    actions: textOf(aps['category']),
    thread: textOf(aps['thread-id']),
    level: textOf(aps['interruption-level']),
  });

const fcmExtras = (drawn: Json): Extras | undefined =>
  present({
    drawn: Object.keys(drawn).length === 0 ? 'by the app' : undefined,
    badge: numberOf(drawn['notification_count'] ?? drawn['notificationCount']),
    sound: textOf(drawn['sound']),
    image: textOf(drawn['image']),
    actions: textOf(drawn['click_action'] ?? drawn['clickAction']),
    channel: textOf(drawn['channel_id'] ?? drawn['channelId']),
  });

/** An `alert` is a string or an object; without an alert nothing is shown (a background notification). */
function visibleAlert(aps: Json): Handling['visible'] {
  const alert = typeof aps['alert'] === 'string' ? { body: aps['alert'] } : objectOf(aps['alert']);
  const visible = {
    title: textOf(alert['title']) ?? textOf(alert['title-loc-key']),
    subtitle: textOf(alert['subtitle']) ?? textOf(alert['subtitle-loc-key']),
    body: textOf(alert['body']) ?? textOf(alert['loc-key']),
  };
  return (visible.title ?? visible.subtitle ?? visible.body) ? visible : undefined;
}

function apnsHandling({ headers, payload, app, receivedAt }: Notification): Handling {
  const expiration = headers['apns-expiration'];
  return {
    collapseId: headers['apns-collapse-id'],
    slot: app, // APNs stores one notification per bundle id and device
    storedUntil:
      expiration === undefined
        ? receivedAt + 30 * DAY_MS
        : expiration === '0'
          ? -Infinity
          : Number(expiration) * 1000,
    visible: visibleAlert(objectOf(payload['aps'])),
    extras: apnsExtras(objectOf(payload['aps']), payload),
  };
}

function fcmHandling({ payload, receivedAt }: Notification): Handling {
  const message = objectOf(payload['message']);
  const android = objectOf(message['android']);
  const drawn = { ...objectOf(message['notification']), ...objectOf(android['notification']) };
  const data = { ...objectOf(message['data']), ...objectOf(android['data']) };
  const ttl = textOf(android['ttl']);
  const ttlMs = ttl === undefined ? 28 * DAY_MS : Number(ttl.slice(0, -1)) * 1000;
  // The app displays data messages; chat apps use these keys.
  const visible = {
    title: textOf(drawn['title']) ?? textOf(data['title']),
    body: textOf(drawn['body']) ?? textOf(data['body']),
  };
  return {
    collapseId: textOf(drawn['tag']),
    slot: textOf(android['collapse_key'] ?? android['collapseKey']),
    storedUntil: ttlMs === 0 ? -Infinity : receivedAt + ttlMs,
    visible: (visible.title ?? visible.body) ? visible : undefined,
    extras: fcmExtras(drawn),
  };
}

const handlingOf = (notification: Notification): Handling =>
  notification.gateway === 'fcm' ? fcmHandling(notification) : apnsHandling(notification);

/** Silent pushes: APNs background notifications, and FCM data messages without a text. */
export interface Silent {
  /** How many there were. */
  count: number;
  /** The newest. */
  n: number;
  receivedAt: number;
}

/** Whether a phone shows nothing for it. */
export const isSilent = (notification: Notification): boolean =>
  handlingOf(notification).visible === undefined;

/** Adds a notification; unchanged if the notification is visible. */
export function silentAfter(silent: Silent | undefined, notification: Notification): Silent | undefined {
  if (!isSilent(notification)) return silent;
  const { n, receivedAt } = notification;
  return { count: (silent?.count ?? 0) + 1, n, receivedAt };
}

/** The lock screen after `notification` was shown at `shownAt`; unchanged if there is nothing to show. */
export function lightUp(shown: readonly Shown[], notification: Notification, shownAt: number): Shown[] {
  const { collapseId, visible, extras } = handlingOf(notification);
  if (visible === undefined) return [...shown];
  const { n, app } = notification;
  const replaced =
    collapseId === undefined
      ? undefined
      : shown.find((one) => one.app === app && one.collapseId === collapseId);
  const merged = (replaced?.merged ?? 0) + 1;
  return [
    { n, shownAt, app, ...visible, collapseId, merged, ...(extras && { extras }) },
    ...(replaced === undefined ? shown : shown.filter((one) => one !== replaced)),
  ];
}

/** The lock screen at `now`, newest first. */
export function shownOn(happenings: readonly Happening[], now: number): Shown[] {
  let shown: Shown[] = [];
  let stored: { notification: Notification; handling: Handling }[] = [];
  let off = false;

  const store = (notification: Notification, handling: Handling): void => {
    if (handling.storedUntil === -Infinity) return;
    const same = stored.filter(
      ({ notification: one }) => one.gateway === notification.gateway && one.app === notification.app,
    );
    const slots = new Set(same.map((one) => one.handling.slot));
    if (handling.slot !== undefined) {
      if (
        notification.gateway === 'fcm' &&
        !slots.has(handling.slot) &&
        slots.size - (slots.has(undefined) ? 1 : 0) >= FCM_STORED_KEYS
      ) {
        const oldest = same.find((one) => one.handling.slot !== undefined)?.handling.slot;
        stored = stored.filter((one) => !same.includes(one) || one.handling.slot !== oldest);
      }
      stored = stored.filter((one) => !same.includes(one) || one.handling.slot !== handling.slot);
    } else if (same.filter((one) => one.handling.slot === undefined).length >= FCM_STORED_MESSAGES) {
      stored = stored.filter((one) => !same.includes(one) || one.handling.slot !== undefined);
      return;
    }
    stored.push({ notification, handling });
  };

  for (const happening of happenings) {
    if (happening.what === 'arrived') {
      const { notification } = happening;
      if (off) store(notification, handlingOf(notification));
      else shown = lightUp(shown, notification, notification.receivedAt);
    } else if (happening.what === 'on') {
      off = false;
      for (const { notification, handling } of stored) {
        if (handling.storedUntil >= happening.at) shown = lightUp(shown, notification, happening.at);
      }
      stored = [];
    } else if (happening.what === 'off') {
      off = true;
    } else if (happening.what === 'uninstalled') {
      shown = [];
      stored = [];
    }
  }
  return shown.filter((one) => one.shownAt <= now);
}
