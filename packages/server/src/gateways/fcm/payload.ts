// What an Android phone gets: a data message with the keys of Amazon Connect's samples. No `notification` member: the app
// itself shows it, also in the background.
import { fitTexts, fits, MAX_PAYLOAD_BYTES, utf8Bytes, wellFormed } from '../fit.ts';
import type { Push } from '../gateway.ts';

/** FCM keeps a message for at most four weeks. */
const MAX_TTL_SECONDS = 2_419_200;
const OWN_KEYS_BYTES = 'title'.length + 'body'.length;

/** As JSON text; the keys and values under `data`, which is what FCM counts, take at most 4,096 bytes. */
export function fcmMessage(push: Push, nowMs: number): string {
  let custom = '';
  let customBytes = 0;
  for (const key of Object.keys(push.data)) {
    const value = wellFormed(push.data[key] ?? '');
    custom += `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
    customBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  let title = wellFormed(push.title);
  let body = wellFormed(push.body);
  const room = MAX_PAYLOAD_BYTES - OWN_KEYS_BYTES - customBytes;
  if (!fits(title + body, room)) ({ title, body } = fitTexts(title, body, room, utf8Bytes));
  const ttlSeconds = Math.min(MAX_TTL_SECONDS, Math.max(0, Math.floor((push.expiresAt - nowMs) / 1000)));
  return `{"message":{"token":${JSON.stringify(wellFormed(push.deviceToken))},"data":{"title":${JSON.stringify(title)},"body":${JSON.stringify(body)}${custom}},"android":{"priority":"HIGH","ttl":"${ttlSeconds}s"}}}`;
}
