// The payload for an Android phone: the keys of Amazon Connect's samples, as a data message, which the app shows
// itself, also in the background; or, if an application says so, as a notification, which Android shows while the
// app is in the background.
import { fitTexts, fits, MAX_PAYLOAD_BYTES, toJson, utf8Bytes, wellFormed } from '../fit.ts';
import type { DirectPush, Push } from '../gateway.ts';

/** How an application wants its messages sent (firebase.google.com/docs/reference/fcm/rest/v1/projects.messages). */
export interface FcmLook {
  /** Default: `data`. */
  readonly message?: 'data' | 'notification';
  /** Default: `high`. `normal` waits until the phone is awake. */
  readonly priority?: 'high' | 'normal';
  /** For notifications only, like `sound`. */
  readonly channelId?: string;
  readonly sound?: string;
}

/** FCM keeps a message for at most four weeks. */
const MAX_TTL_SECONDS = 2_419_200;
const OWN_KEYS_BYTES = 'title'.length + 'body'.length;

/**
 * A Firebase installation id: 17 bytes that begin with 0111, in base64url, cut to 22 characters
 * (firebase.google.com/docs/projects/manage-installations). Registration tokens are far longer, with a colon.
 */
const INSTALLATION_ID = /^[c-f][\w-]{21}$/;

/** JSON text; the keys and values that FCM counts take at most 4,096 bytes. */
export function fcmMessage(push: Push, nowMs: number, look: FcmLook = {}): string {
  const ttlSeconds = Math.min(MAX_TTL_SECONDS, Math.max(0, Math.floor((push.expiresAt - nowMs) / 1000)));
  const android = {
    priority: look.priority === 'normal' ? 'NORMAL' : 'HIGH',
    ttl: `${ttlSeconds}s`,
    // With the tag, a repeat replaces the notification that is already shown.
    notification:
      look.message === 'notification'
        ? { tag: push.deliveryId, channel_id: look.channelId, sound: look.sound }
        : undefined,
  };
  const whole = message(push, android, push);
  // What FCM counts is less than this, and nearly all messages are far shorter than the limit.
  if (whole.length * 3 <= MAX_PAYLOAD_BYTES) return whole;
  const room =
    MAX_PAYLOAD_BYTES -
    countedBytes(push.data) -
    Buffer.byteLength(JSON.stringify(android.notification) ?? '');
  const [title, body] = [wellFormed(push.title), wellFormed(push.body)];
  return fits(title + body, room) ? whole : message(push, android, fitTexts(title, body, room, utf8Bytes));
}

function message(
  { deviceToken, data, validateOnly }: Push,
  android: { readonly notification: object | undefined },
  { title, body }: Pick<Push, 'title' | 'body'>,
): string {
  // An empty title would appear as an empty line; without a title, Android shows the app's name.
  const content =
    android.notification === undefined
      ? { data: { title, body, ...data } }
      : { notification: { title: title === '' ? undefined : title, body }, data };
  return toJson({
    message: { [targetOf(deviceToken)]: deviceToken, ...content, android },
    validate_only: validateOnly,
  });
}

/** The keys and values that FCM counts besides title, body and notification. */
function countedBytes(data: Push['data']): number {
  let bytes = OWN_KEYS_BYTES;
  for (const [key, value] of Object.entries(data))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(wellFormed(value));
  return bytes;
}

/** A message built by the caller, addressed to its device. */
export function directMessage({ deviceToken, payload }: DirectPush): string {
  const target = `{"message":{"${targetOf(deviceToken)}":${JSON.stringify(wellFormed(deviceToken))}`;
  return payload === '{}' ? `${target}}}` : `${target},${payload.slice(1)}}`;
}

const targetOf = (deviceToken: string): 'fid' | 'token' =>
  INSTALLATION_ID.test(deviceToken) ? 'fid' : 'token';
