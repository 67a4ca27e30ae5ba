// PostgreSQL's text cannot contain U+0000, and a ClientToken may: it is stored as U+0001 and `0`, and U+0001 as two
// of itself. Bodies never need this, because JSON escapes both.

/** A parameter in a form that the database can store. */
export function encode(value: unknown): unknown {
  if (typeof value === 'string') return encodeText(value);
  return Array.isArray(value) ? arrayText(value as readonly Element[]) : value;
}

type Element = string | number | boolean | null | undefined;

/**
 * The text of an array (postgresql.org/docs/current/arrays.html, "Array Input and Output Syntax"). The driver copies
 * each element through two regular expressions.
 */
function arrayText(elements: readonly Element[]): string {
  let text = '';
  for (const element of elements) {
    text += text === '' ? '{' : ',';
    if (typeof element !== 'string') text += element ?? 'NULL';
    else if (element.includes('"') || element.includes('\\'))
      text += `"${encodeText(element).replaceAll(/["\\]/g, String.raw`\$&`)}"`;
    else text += `"${encodeText(element)}"`;
  }
  return text === '' ? '{}' : `${text}}`;
}

/**
 * JSON texts as one parameter, one on each line; an empty line is null. In an array, every quote in them would be
 * escaped here and unescaped by the server. A line break in JSON is white space.
 */
export const linesOf = (texts: readonly (string | null)[]): string =>
  texts.map((text) => text?.replaceAll('\n', ' ') ?? '').join('\n');

/** The lines of a parameter as an array. */
export const listOfLines = (parameter: string): string =>
  String.raw`string_to_array(${parameter}, E'\n', '')`;

/** A row as it was passed in. */
export function decodeRow(row: Record<string, unknown>): Record<string, unknown> {
  // The driver's rows have no members but the columns.
  for (const name in row) {
    const value = row[name];
    if (typeof value === 'string' && value.includes('\u0001')) row[name] = decodeText(value);
    else if (Array.isArray(value))
      row[name] = value.map((one) => (typeof one === 'string' ? decodeText(one) : one));
  }
  return row;
}

function encodeText(text: string): string {
  if (!text.includes('\u0000') && !text.includes('\u0001')) return text;
  return text.replaceAll('\u0001', '\u0001\u0001').replaceAll('\u0000', '\u00010');
}

function decodeText(text: string): string {
  return text
    .split('\u0001\u0001')
    .map((part) => part.replaceAll('\u00010', '\u0000'))
    .join('\u0001');
}
