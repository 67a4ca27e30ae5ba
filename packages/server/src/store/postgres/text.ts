// PostgreSQL's text cannot contain U+0000, and a ClientToken may: it is stored as U+0001 and `0`, and U+0001 as two
// of itself. Bodies never need this, because JSON escapes both.

/** A parameter in a form that the database can store. */
export function encode(value: unknown): unknown {
  if (typeof value === 'string') return encodeText(value);
  return Array.isArray(value) ? value.map(encode) : value;
}

/** A row as it was passed in. */
export function decodeRow(row: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(row)) {
    if (typeof value === 'string' && value.includes('\u0001')) row[name] = decodeText(value);
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
