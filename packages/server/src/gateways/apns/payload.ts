// What an iPhone gets: the keys of Amazon Connect's samples, so that apps in the stores need no update.
import { fitTexts, fits, jsonBytes, MAX_PAYLOAD_BYTES, wellFormed } from '../fit.ts';
import type { Push } from '../gateway.ts';

/** As JSON text of at most 4,096 bytes, as long as the custom keys leave room for the rest. */
export function apnsPayload(push: Push): string {
  const custom = customKeys(push.data);
  const title = wellFormed(push.title);
  const body = wellFormed(push.body);
  const whole = payload(title, body, custom);
  if (fits(whole, MAX_PAYLOAD_BYTES)) return whole;
  const short = fitTexts(
    title,
    body,
    MAX_PAYLOAD_BYTES - Buffer.byteLength(payload('', '', custom)),
    jsonBytes,
  );
  return payload(short.title, short.body, custom);
}

function payload(title: string, body: string, custom: string): string {
  return `{"aps":{"alert":{"title":${JSON.stringify(title)},"body":${JSON.stringify(body)}},"mutable-content":1,"content-available":0}${custom}}`;
}

/** Members to follow another: `,"messageId":"…"`. */
function customKeys(data: Push['data']): string {
  let members = '';
  for (const key of Object.keys(data))
    members += `,${JSON.stringify(key)}:${JSON.stringify(wellFormed(data[key] ?? ''))}`;
  return members;
}
