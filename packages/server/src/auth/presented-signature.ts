// The signature of a request: read from its `Authorization` header, or from its query (a presigned URL).
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
import { ALGORITHM, amzDate, decodeComponent } from '@chatpush/wire';
import type { HeaderLines, Scope } from '@chatpush/wire';

import { ServiceError } from '../service-error.ts';

export interface PresentedSignature {
  readonly accessKeyId: string;
  readonly scope: Scope & { readonly terminator: string };
  /** Lower-case names, in the order they were given. A set, so that a name repeated 8,000 times costs no more than one. */
  readonly signedHeaders: ReadonlySet<string>;
  readonly signature: string;
  /** `YYYYMMDDTHHMMSSZ`, as signed. */
  readonly amzDate: string;
  /** The same, in milliseconds since the epoch. */
  readonly signedAtMs: number;
  /** How long a presigned URL is valid, in seconds; absent in the header form. */
  readonly expiresSeconds?: number;
  readonly sessionToken?: string;
  /** The hash of the body, as the request states it. */
  readonly declaredBodyHash?: string;
  /** The query without the signature itself. */
  readonly signedQuery: string;
}

/** All values of a header, joined as in the canonical request; undefined if it is absent. */
export function headerValue(headers: HeaderLines, wanted: string): string | undefined {
  let found: string | undefined;
  for (const [name, value] of headers)
    if (name.length === wanted.length && name.toLowerCase() === wanted)
      found = found === undefined ? value.trim() : `${found},${value.trim()}`;
  return found;
}

const incomplete = (message: string) => new ServiceError('IncompleteSignatureException', message);

export function readSignature(headers: HeaderLines, query: string): PresentedSignature {
  const authorization = headerValue(headers, 'authorization');
  const parameters = query.includes('X-Amz-') || query.includes('%') ? amzParameters(query) : new Map();
  if (parameters.has('X-Amz-Algorithm')) {
    if (authorization !== undefined)
      throw incomplete(
        'A request must be signed either in its Authorization header or in its query, not in both.',
      );
    return fromQuery(parameters, headers, query);
  }
  if (authorization === undefined)
    throw new ServiceError('MissingAuthenticationTokenException', 'Missing Authentication Token');
  return fromHeader(authorization, headers, query);
}

function fromHeader(authorization: string, headers: HeaderLines, query: string): PresentedSignature {
  if (authorization === '') throw incomplete('Authorization header cannot be empty.');
  const space = authorization.indexOf(' ');
  const algorithm = space < 0 ? authorization : authorization.slice(0, space);
  if (algorithm !== ALGORITHM) throw incomplete(`Authorization header requires the algorithm ${ALGORITHM}.`);
  const given = { Credential: '', Signature: '', SignedHeaders: '' };
  for (const part of authorization.slice(algorithm.length).split(',')) {
    const pair = part.trim();
    const at = pair.indexOf('=');
    if (at < 0) throw incomplete('Invalid key=value pair (missing equal-sign) in Authorization header.');
    const name = pair.slice(0, at);
    if (Object.hasOwn(given, name)) given[name as keyof typeof given] = pair.slice(at + 1);
  }
  const date = headerValue(headers, 'x-amz-date') ?? headerValue(headers, 'date');
  const { Credential, Signature, SignedHeaders } = given;
  if (date === undefined || Credential === '' || Signature === '' || SignedHeaders === '')
    throw incomplete(missingIn(given, date).join(' '));
  return {
    ...readCredential(Credential),
    signedHeaders: new Set(SignedHeaders.split(';')),
    signature: Signature,
    ...basicDate(date),
    sessionToken: headerValue(headers, 'x-amz-security-token'),
    declaredBodyHash: headerValue(headers, 'x-amz-content-sha256'),
    signedQuery: query,
  };
}

function missingIn(given: Readonly<Record<string, string>>, date: string | undefined): string[] {
  const missing = Object.keys(given).filter((name) => given[name] === '');
  const faults = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined)
    faults.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  return faults;
}

/** Seven days, as on AWS. */
const MAX_EXPIRES_SECONDS = 604_800;

function fromQuery(
  given: ReadonlyMap<string, string>,
  headers: HeaderLines,
  query: string,
): PresentedSignature {
  if (given.get('X-Amz-Algorithm') !== ALGORITHM) throw incomplete(`X-Amz-Algorithm must be ${ALGORITHM}.`);
  const required = [
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-Expires',
    'X-Amz-Signature',
    'X-Amz-SignedHeaders',
  ] as const;
  const missing = required.filter((name) => !given.get(name));
  if (missing.length > 0)
    throw incomplete(missing.map((name) => `The query requires '${name}' parameter.`).join(' '));
  const expires = given.get('X-Amz-Expires')!;
  if (!/^\d{1,6}$/.test(expires) || Number(expires) < 1 || Number(expires) > MAX_EXPIRES_SECONDS)
    throw incomplete(`X-Amz-Expires must be between 1 and ${MAX_EXPIRES_SECONDS} seconds.`);
  return {
    ...readCredential(given.get('X-Amz-Credential')!),
    signedHeaders: new Set(given.get('X-Amz-SignedHeaders')!.split(';')),
    signature: given.get('X-Amz-Signature')!,
    ...basicDate(given.get('X-Amz-Date')!),
    expiresSeconds: Number(expires),
    sessionToken: given.get('X-Amz-Security-Token'),
    declaredBodyHash: headerValue(headers, 'x-amz-content-sha256'),
    signedQuery: query
      .split('&')
      .filter((pair) => decodeComponent(pair.split('=', 1)[0]!) !== 'X-Amz-Signature')
      .join('&'),
  };
}

/** The decoded `X-Amz-…` parameters of a query. One that occurs twice is ambiguous and is refused. */
function amzParameters(query: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = decodeComponent(at < 0 ? pair : pair.slice(0, at));
    if (name === undefined || !name.startsWith('X-Amz-')) continue;
    if (found.has(name)) throw incomplete(`The query has '${name}' more than once.`);
    found.set(name, at < 0 ? '' : (decodeComponent(pair.slice(at + 1)) ?? ''));
  }
  return found;
}

/** `AKID/20261122/us-east-1/connect/aws4_request`; an id may itself contain slashes. */
function readCredential(credential: string): Pick<PresentedSignature, 'accessKeyId' | 'scope'> {
  const parts = credential.split('/');
  if (parts.length < 5)
    throw incomplete(
      'Credential must have at least 5 slash-delimited elements, e.g. keyid/date/region/service/term.',
    );
  const [date, region, service, terminator] = parts.slice(-4) as [string, string, string, string];
  return {
    accessKeyId: parts.slice(0, -4).join('/'),
    scope: { date, region, service, terminator },
  };
}

/** `x-amz-date` is already in the basic form; a `Date` header (RFC 9110) is converted, as its signer did. */
function basicDate(text: string): Pick<PresentedSignature, 'amzDate' | 'signedAtMs'> {
  if (/^\d{8}T\d{6}Z$/.test(text)) {
    // In the extended form, the only one that `Date.parse` reads. Slices, because `replace` takes six times as long.
    const day = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}`;
    const signedAtMs = Date.parse(`${day}T${text.slice(9, 11)}:${text.slice(11, 13)}:${text.slice(13)}`);
    if (!Number.isNaN(signedAtMs)) return { amzDate: text, signedAtMs };
  }
  const signedAtMs = text.endsWith('GMT') ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(signedAtMs))
    throw incomplete("Date must be in ISO-8601 'basic format', such as 20261122T190000Z.");
  return { amzDate: amzDate(signedAtMs), signedAtMs };
}
