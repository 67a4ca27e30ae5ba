// The payload for an Android phone: the keys of Amazon Connect's samples, as a data message, which the app shows
// itself, also in the background; or, if an application says so, as a notification, which Android shows while the
// app is in the background.
import { fitTexts, fits, MAX_PAYLOAD_BYTES, utf8Bytes, wellFormed } from '../fit.ts';
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
  let custom = '';
  let countedBytes = OWN_KEYS_BYTES;
  for (const key of Object.keys(push.data)) {
    const value = wellFormed(push.data[key] ?? '');
    custom += `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
    countedBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  const notice = look.message === 'notification' ? androidNotification(push, look) : '';
  let title = wellFormed(push.title);
  let body = wellFormed(push.body);
  const room = MAX_PAYLOAD_BYTES - countedBytes - Buffer.byteLength(notice);
  if (!fits(title + body, room)) ({ title, body } = fitTexts(title, body, room, utf8Bytes));
  const texts = `"title":${JSON.stringify(title)},"body":${JSON.stringify(body)}`;
  const content =
    notice === ''
      ? `"data":{${texts}${custom}}`
      : // An empty title would appear as an empty line; without a title, Android shows the app's name.
        `"notification":{${title === '' ? texts.slice('"title":"",'.length) : texts}},"data":{${custom.slice(1)}}`;
  const ttlSeconds = Math.min(MAX_TTL_SECONDS, Math.max(0, Math.floor((push.expiresAt - nowMs) / 1000)));
  const priority = look.priority === 'normal' ? 'NORMAL' : 'HIGH';
  const validate = push.validateOnly ? ',"validate_only":true' : '';
  return `{"message":{"${targetOf(push.deviceToken)}":${JSON.stringify(wellFormed(push.deviceToken))},${content},"android":{"priority":"${priority}","ttl":"${ttlSeconds}s"${notice}}}${validate}}`;
}

/** A message built by the caller, addressed to its device. */
export function directMessage({ deviceToken, payload }: DirectPush): string {
  const target = `{"message":{"${targetOf(deviceToken)}":${JSON.stringify(wellFormed(deviceToken))}`;
  return payload === '{}' ? `${target}}}` : `${target},${payload.slice(1)}}`;
}

const targetOf = (deviceToken: string): 'fid' | 'token' =>
  INSTALLATION_ID.test(deviceToken) ? 'fid' : 'token';

/** With the tag, a repeat replaces the notification that is already shown. */
function androidNotification({ deliveryId }: Push, { channelId, sound }: FcmLook): string {
  const fields = { tag: deliveryId, channel_id: channelId, sound };
  return `,"notification":${JSON.stringify(fields)}`;
}
