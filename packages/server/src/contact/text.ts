// Text from outside: how much of it is read, and whether a person can see any of it.

/** UTF-16 units. No payload holds more than 4,096 bytes, so no more is read or kept: the gateway cuts it to fit, with `…`. */
export const MOST_UNITS = 4_096;

/** The first UTF-16 units of a text, never ending with half a surrogate pair. */
export function firstUnits(text: string, units: number): string {
  if (text.length <= units) return text;
  const isPairCut = (text.codePointAt(units - 1) ?? 0) > 0xffff;
  return text.slice(0, isPairCut ? units - 1 : units);
}

/**
 * Blanks, control characters, and the characters that Unicode says to render as nothing, such as zero-width spaces
 * and joiners, the soft hyphen and Hangul fillers (UAX #44, Default_Ignorable_Code_Point), plus the Braille cell
 * without dots and the anchors of interlinear annotations.
 */
const VISIBLE = /[^\p{White_Space}\p{Control}\p{Default_Ignorable_Code_Point}\u2800\ufff9-\ufffb]/u;

export const isVisible = (text: string): boolean => VISIBLE.test(text);

/** Control characters, and those that change the writing direction, with which `fdp.exe` can look like `exe.pdf`. */
// oxlint-disable-next-line no-control-regex -- those are the ones to remove
const UNSAFE_IN_LINE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** On one line, without characters that change the writing direction. */
export const oneLine = (text: string): string => text.replaceAll(UNSAFE_IN_LINE, '').trim();

/** The last part of a path, as one line. */
export function fileName(path: string): string {
  const slash = Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\'));
  return oneLine(path.slice(slash + 1));
}
