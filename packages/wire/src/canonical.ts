// The canonical form, for Signature Version 4, of a request from an arbitrary sender. A sender whose requests are already
// canonical needs only `canonicalText`.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { canonicalText } from './sigv4.ts';
import { encodeComponent, encodePath } from './uri.ts';

/** Header lines in the order in which they were sent; names may repeat. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

export interface CanonicalInput {
  readonly method: string;
  /** Path of the request line, already percent-encoded once. */
  readonly path: string;
  /** Query of the request line, without `?`. */
  readonly query: string;
  readonly headers: HeaderLines;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  /** Lower-case hex SHA-256 of the body. */
  readonly payloadHash: string;
  /** Drop empty and `.` segments and resolve `..`, as every service but S3 does. Default true. */
  readonly normalizePath?: boolean;
}

/**
 * The canonical path. The path of the request line is encoded once more: an id `a/b` is sent as `a%2Fb` and signed as
 * `a%252Fb` (measured with the AWS SDKs for JavaScript and Python). So never decode a path before this.
 */
export function canonicalPath(path: string, normalize = true): string {
  const segments = path.split('/');
  const kept: string[] = [];
  if (normalize) {
    for (const segment of segments) {
      if (segment === '..') kept.pop();
      else if (segment !== '' && segment !== '.') kept.push(segment);
    }
  } else kept.push(...segments.slice(1));
  const trailing = normalize && kept.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${encodePath(kept.join('/'))}${trailing}`;
}

/** The canonical query: each name and value is decoded and encoded again; sorted by encoded name, then value. */
export function canonicalQuery(query: string): string {
  if (query === '') return '';
  return query
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): readonly [string, string] => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [recode(name), recode(value)];
    })
    .sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** Decodes valid escapes, keeps broken ones, and encodes the result. */
const recode = (text: string): string => {
  try {
    return encodeComponent(decodeURIComponent(text));
  } catch {
    return encodeComponent(text);
  }
};

/**
 * The canonical header lines of the signed names (each named once), each with a line feed; values of repeated headers are
 * joined by commas.
 */
export function canonicalHeaders(headers: HeaderLines, signedHeaders: Iterable<string>): string {
  const values = new Map<string, string[]>();
  for (const name of signedHeaders) values.set(name, []);
  for (const [name, value] of headers) {
    const found = values.get(name.toLowerCase());
    if (found === undefined) continue;
    // Few values have white space at either end or in a row.
    const folded = /^\s|\s$|\s\s|[^\S ]/.test(value) ? value.trim().replace(/\s+/g, ' ') : value;
    found.push(folded);
  }
  let text = '';
  for (const name of signedHeaders) text += `${name}:${values.get(name)!.join(',')}\n`;
  return text;
}

/** The canonical request of a request as it was sent. */
export const canonicalRequest = (input: CanonicalInput): string =>
  canonicalText({
    method: input.method,
    path: canonicalPath(input.path, input.normalizePath ?? true),
    query: canonicalQuery(input.query),
    headers: canonicalHeaders(input.headers, input.signedHeaders),
    signedHeaders: input.signedHeaders.join(';'),
    payloadHash: input.payloadHash,
  });
