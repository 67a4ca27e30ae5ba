// The payload for an iPhone: the keys of Amazon Connect's samples, so that published apps need no update.
import { fitTexts, fits, jsonBytes, MAX_PAYLOAD_BYTES, toJson, wellFormed } from '../fit.ts';
import type { Push } from '../gateway.ts';

/** What an application adds to its notifications
 * (developer.apple.com/documentation/usernotifications/generating-a-remote-notification). */
export interface ApnsLook {
  readonly sound?: string;
  readonly category?: string;
  /** `{contactId}` is replaced by the initial contact id. */
  readonly threadId?: string;
  /** `normal` is 5: delivered when it suits the device's power state. Default: `high`, 10. */
  readonly priority?: 'high' | 'normal';
}

/** JSON text of at most 4,096 bytes, as long as the look and custom keys leave room for the rest. */
export function apnsPayload(push: Push, look: ApnsLook = {}): string {
  const whole = payload(push, look, push);
  if (fits(whole, MAX_PAYLOAD_BYTES)) return whole;
  const room = MAX_PAYLOAD_BYTES - Buffer.byteLength(payload(push, look, { title: '', body: '' }));
  return payload(push, look, fitTexts(wellFormed(push.title), wellFormed(push.body), room, jsonBytes));
}

function payload(
  { data }: Push,
  { sound, category, threadId }: ApnsLook,
  { title, body }: Pick<Push, 'title' | 'body'>,
): string {
  const thread = threadId?.replaceAll('{contactId}', () => data['initialContactId'] ?? '');
  return toJson({
    aps: {
      alert: { title, body },
      'mutable-content': 1,
      'content-available': 0,
      sound,
      category,
      'thread-id': thread,
    },
    ...data,
  });
}
