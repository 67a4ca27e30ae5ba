// Both gateways accept 4,096 bytes. Chat messages may have 16 KB, so longer texts are cut where a reader sees a
// boundary.

/** The maximum that APNs counts of the body (JSON) and FCM of the keys and values under `data`. */
export const MAX_PAYLOAD_BYTES = 4_096;

/**
 * How many bytes each ASCII character takes in a payload; others take what they take in UTF-8. A table, because with a function
 * called for each of 4,096 characters, a payload with a text that was cut took 98 µs instead of 36.
 */
export type Cost = Uint8Array;

export const utf8Bytes: Cost = new Uint8Array(0x80).fill(1);

/** As `JSON.stringify` escapes it: some have short escapes, other control characters are \u00XX. */
export const jsonBytes: Cost = new Uint8Array(0x80).fill(1).fill(6, 0, 0x20);
for (const character of '\b\t\n\f\r"\\') jsonBytes[character.charCodeAt(0)] = 2;

const ELLIPSIS = '…';
const ELLIPSIS_BYTES = 3;
/** The most that a UTF-16 unit takes: an escape. */
const MOST_BYTES = 6;
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
  const quarter = Math.floor(room / 4);
  // The body is counted only if the title is long.
  const isShort = title.length * MOST_BYTES <= quarter;
  const shortTitle = isShort ? title : cut(title, Math.max(quarter, room - bytesOf(body, cost)), cost);
  return { title: shortTitle, body: cut(body, room - bytesOf(shortTitle, cost), cost) };
}

/** The text, or as much of it as fits followed by `…`, never ending inside a grapheme. Empty if not even `…` fits. */
export function cut(text: string, maxBytes: number, cost: Cost): string {
  let bytes = 0;
  /** Where the text must end so that `…` still fits. */
  let end = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    const units = unitsAt(code);
    bytes += bytesAt(code, cost);
    if (bytes > maxBytes)
      return maxBytes < ELLIPSIS_BYTES ? '' : text.slice(0, boundaryBefore(text, end)) + ELLIPSIS;
    at += units;
    if (bytes <= maxBytes - ELLIPSIS_BYTES) end = at;
  }
  return text;
}

function bytesOf(text: string, cost: Cost): number {
  let bytes = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    bytes += bytesAt(code, cost);
    at += unitsAt(code);
  }
  return bytes;
}

/** In a well-formed text, by the first UTF-16 unit of a code point: how many it has, and its bytes. */
const unitsAt = (code: number): number => (code >= 0xd800 && code < 0xdc00 ? 2 : 1);
const bytesAt = (code: number, cost: Cost): number =>
  code < 0x80 ? cost[code]! : code < 0x800 ? 2 : code >= 0xd800 && code < 0xdc00 ? 4 : 3;

/**
 * The last grapheme boundary at or before `end`. Whether `end` is a boundary depends on the text before it and the
 * one code point after it (UAX #29), so the segmenter sees no more of a long text.
 */
function boundaryBefore(text: string, end: number): number {
  const next = (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return graphemes.segment(text.slice(0, end + next)).containing(end)?.index ?? end;
}
