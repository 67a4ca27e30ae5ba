// Percent-encoding as RFC 3986 and SigV4 have it: everything but A–Z a–z 0–9 - . _ ~, hex in upper case.
// `encodeURIComponent` leaves ! ' ( ) * as they are, and throws on a lone surrogate, which goes out as U+FFFD instead.

export function encodeComponent(text: string): string {
  if (!/[^\w.~-]/.test(text)) return text; // as nearly all ids are
  return encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Each segment of a path encoded, the slashes kept. */
export const encodePath = (path: string): string => path.split('/').map(encodeComponent).join('/');

/** The text behind a percent-encoded one, or undefined where an escape or the UTF-8 behind it is broken. */
export function decodeComponent(encoded: string): string | undefined {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined; // `decodeURIComponent` has no other error than URIError.
  }
}
