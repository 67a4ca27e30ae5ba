// Signature Version 4 as strings: one function per stage of the specification, none of which does cryptography.
// The caller hashes: the server with node:crypto, the client with WebCrypto; both run the same stages and vectors.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { encodeComponent } from './uri.ts';

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const TERMINATOR = 'aws4_request';
/** The signing name of Amazon Connect, which chatpush answers as. */
export const SERVICE = 'connect';

/** Header lines as they were sent, in order; a name may repeat. */
export type HeaderLines = readonly (readonly [name: string, value: string])[];

export interface CanonicalInput {
  readonly method: string;
  /** Path as it stands on the request line, that is: percent-encoded once already. */
  readonly path: string;
  /** Query as it stands on the request line, without `?`. */
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
 * The canonical path. It is encoded on top of what the request line has: an id `a/b` travels as `a%2Fb` and is signed as
 * `a%252Fb` (measured with the AWS SDKs for JavaScript and Python). So a path must never be decoded before this.
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
  return `/${kept.map(encodeComponent).join('/')}${trailing}`;
}

/** The canonical query: each name and value decoded and encoded anew, sorted by encoded name, then value. */
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

/** Decodes escapes where they are sound (a broken one stays as it is) and encodes again. */
const recode = (text: string): string => {
  try {
    return encodeComponent(decodeURIComponent(text));
  } catch {
    return encodeComponent(text);
  }
};

/** The canonical header lines of the signed names, each ended by a line feed; repeated names are joined by commas. */
export function canonicalHeaders(headers: HeaderLines, signedHeaders: readonly string[]): string {
  const values = new Map<string, string[]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    // Few values have white space at an end or in a row.
    const folded = /^\s|\s$|\s\s|[^\S ]/.test(value) ? value.trim().replace(/\s+/g, ' ') : value;
    const before = values.get(key);
    if (before) before.push(folded);
    else values.set(key, [folded]);
  }
  return signedHeaders.map((name) => `${name}:${(values.get(name) ?? []).join(',')}\n`).join('');
}

export function canonicalRequest(input: CanonicalInput): string {
  return [
    input.method,
    canonicalPath(input.path, input.normalizePath ?? true),
    canonicalQuery(input.query),
    canonicalHeaders(input.headers, input.signedHeaders),
    input.signedHeaders.join(';'),
    input.payloadHash,
  ].join('\n');
}

export interface Scope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const scopeText = (scope: Scope): string =>
  `${scope.date}/${scope.region}/${scope.service}/${TERMINATOR}`;

/** What is signed: algorithm, time (`YYYYMMDDTHHMMSSZ`), scope and the hash of the canonical request. */
export const stringToSign = (amzDate: string, scope: Scope, canonicalRequestHash: string): string =>
  `${ALGORITHM}\n${amzDate}\n${scopeText(scope)}\n${canonicalRequestHash}`;

/** The messages of the key's HMAC chain, begun with the key `AWS4` + secret. */
export const signingKeyChain = (scope: Scope): readonly string[] => [
  scope.date,
  scope.region,
  scope.service,
  TERMINATOR,
];

export const authorizationHeader = (
  accessKeyId: string,
  scope: Scope,
  signedHeaders: readonly string[],
  signature: string,
): string =>
  `${ALGORITHM} Credential=${accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;

/** `YYYYMMDDTHHMMSSZ` of a time in milliseconds since the epoch. */
export const amzDate = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
