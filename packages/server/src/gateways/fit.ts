// Both gateways accept 4,096 bytes. Chat messages may have 16 KB, so longer texts are cut where a reader sees a
// boundary.

/** The maximum that APNs counts of the body (JSON) and FCM of the keys and values under `data`. */
export const MAX_PAYLOAD_BYTES = 4_096;

/** How many bytes a code point takes in a payload. */
export type Cost = (codePoint: number) => number;

export const utf8Bytes: Cost = (codePoint) =>
  codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;

/** As `JSON.stringify` escapes it, in UTF-8. */
export const jsonBytes: Cost = (codePoint) => {
  if (codePoint >= 0x20) return codePoint === 0x22 || codePoint === 0x5c ? 2 : utf8Bytes(codePoint);
  // \b \t \n \f \r have short escapes, the others are \u00XX.
  return codePoint >= 8 && codePoint <= 13 && codePoint !== 11 ? 2 : 6;
};

const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** Replaces lone surrogates, which UTF-8 cannot encode, with U+FFFD. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/**
 * JSON text of an object, with U+FFFD in place of lone surrogates, which `JSON.stringify` writes as `\udXXX`. One call
 * for a whole payload takes half the time of joining texts.
 */
export function toJson(value: object): string {
  const json = JSON.stringify(value);
  if (!json.includes('\\ud')) return json;
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'string' ? member.toWellFormed() : member,
  );
}

/** Whether a text certainly takes at most `maxBytes` of UTF-8; reads it only if its length does not decide. */
export function fits(text: string, maxBytes: number): boolean {
  return text.length * 3 <= maxBytes || Buffer.byteLength(text) <= maxBytes;
}

/**
 * Title and body, shortened until both together take at most `room` bytes: first the body; the title only if it
 * takes more than a quarter of the room. The texts must be well-formed; with a `room` below 0 both are empty.
 */
export function fitTexts(
  title: string,
  body: string,
  room: number,
  cost: Cost,
): { title: string; body: string } {
  const bodyBytes = bytesOf(body, cost);
  const shortTitle = cut(title, Math.max(Math.floor(room / 4), room - bodyBytes), cost);
  return { title: shortTitle, body: cut(body, room - bytesOf(shortTitle, cost), cost) };
}

/** The text, or as much of it as fits followed by `…`, never ending inside a grapheme. Empty if not even `…` fits. */
export function cut(text: string, maxBytes: number, cost: Cost): string {
  let bytes = 0;
  /** Where the text must end so that `…` still fits. */
  let end = 0;
  for (let at = 0; at < text.length;) {
    const codePoint = text.codePointAt(at) ?? 0;
    bytes += cost(codePoint);
    if (bytes > maxBytes)
      return maxBytes < ELLIPSIS_BYTES ? '' : text.slice(0, boundaryBefore(text, end)) + ELLIPSIS;
    at += codePoint > 0xffff ? 2 : 1;
    if (bytes <= maxBytes - ELLIPSIS_BYTES) end = at;
  }
  return text;
}

function bytesOf(text: string, cost: Cost): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const codePoint = text.codePointAt(at) ?? 0;
    bytes += cost(codePoint);
    if (codePoint > 0xffff) at++;
  }
  return bytes;
}

/**
 * The last grapheme boundary at or before `end`. Whether `end` is a boundary depends on the text before it and the
 * one code point after it (UAX #29), so the segmenter sees no more of a long text.
 */
function boundaryBefore(text: string, end: number): number {
  const next = (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return graphemes.segment(text.slice(0, end + next)).containing(end)?.index ?? end;
}
