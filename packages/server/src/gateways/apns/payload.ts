// The payload for an iPhone: the keys of Amazon Connect's samples, so that published apps need no update.
import { fitTexts, fits, jsonBytes, MAX_PAYLOAD_BYTES, wellFormed } from '../fit.ts';
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
  const custom = customKeys(push.data);
  const added = lookKeys(push, look);
  const title = wellFormed(push.title);
  const body = wellFormed(push.body);
  const whole = payload(title, body, added, custom);
  if (fits(whole, MAX_PAYLOAD_BYTES)) return whole;
  const short = fitTexts(
    title,
    body,
    MAX_PAYLOAD_BYTES - Buffer.byteLength(payload('', '', added, custom)),
    jsonBytes,
  );
  return payload(short.title, short.body, added, custom);
}

function payload(title: string, body: string, added: string, custom: string): string {
  return `{"aps":{"alert":{"title":${JSON.stringify(title)},"body":${JSON.stringify(body)}},"mutable-content":1,"content-available":0${added}}${custom}}`;
}

/** Members of `aps`, to be appended to others. */
function lookKeys(push: Push, { sound, category, threadId }: ApnsLook): string {
  let members = '';
  if (sound !== undefined) members += `,"sound":${JSON.stringify(wellFormed(sound))}`;
  if (category !== undefined) members += `,"category":${JSON.stringify(wellFormed(category))}`;
  if (threadId !== undefined) {
    const thread = threadId.replaceAll('{contactId}', () => push.data['initialContactId'] ?? '');
    members += `,"thread-id":${JSON.stringify(wellFormed(thread))}`;
  }
  return members;
}

/** Members to be appended to another: `,"messageId":"…"`. */
function customKeys(data: Push['data']): string {
  let members = '';
  for (const key of Object.keys(data))
    members += `,${JSON.stringify(key)}:${JSON.stringify(wellFormed(data[key] ?? ''))}`;
  return members;
}
