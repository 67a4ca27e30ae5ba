// Percent-encoding by RFC 3986 and SigV4: everything except A–Z a–z 0–9 - . _ ~, with upper-case hex.
// `encodeURIComponent` does not encode ! ' ( ) *, and throws on a lone surrogate, which is sent as U+FFFD here.

export function encodeComponent(text: string): string {
  if (!/[^\w.~-]/.test(text)) return text; // true of nearly all ids
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encodes each segment of a path and keeps the slashes. */
export const encodePath = (path: string): string => path.split('/').map(encodeComponent).join('/');

/** Decodes percent-encoded text; undefined if an escape or its UTF-8 is broken. */
export function decodeComponent(encoded: string): string | undefined {
  if (!encoded.includes('%')) return encoded; // true of nearly all ids
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // `decodeURIComponent` throws only URIError.
  }
}
