// Who is calling: a request's Signature Version 4, checked over the bytes as they arrived. Nothing is decoded
// before this. Messages and names follow AWS front ends, so that SDKs correct their clocks ("Signature expired")
// and a search for a message from a log finds the same help.
import { hash, timingSafeEqual } from 'node:crypto';

import { SERVICE, TERMINATOR, amzDate, canonicalHeaders, canonicalText, stringToSign } from '@chatpush/wire';
import type { HeaderLines } from '@chatpush/wire';

import { ServiceError } from '../service-error.ts';
import { ANY_SESSION } from './access-keys.ts';
import type { AccessKey, FindAccessKey } from './access-keys.ts';
import { canonicalForms } from './canonical-forms.ts';
import { readSignature } from './presented-signature.ts';
import type { PresentedSignature } from './presented-signature.ts';
import { createSigningKeys } from './signing-keys.ts';

export interface SignedHead {
  readonly method: string;
  /** Path and query as written on the request line. */
  readonly target: string;
  readonly headers: HeaderLines;
  /** The signing name that its scope must have. Default `connect`. */
  readonly service?: string;
}

/** The owner of a signature, and the region it was made for. */
export interface Signer {
  readonly key: AccessKey;
  readonly region: string;
}

/** The signer that the head of a request claims. Trust it only once `prove` has not thrown. */
export interface ClaimedSigner {
  readonly signer: Signer;
  readonly prove: (bodyHash: string) => Proof;
}

/** How the signed text must be read. */
export interface Proof {
  /** `+` in the query stands for a space. */
  readonly plusIsSpace: boolean;
}

/**
 * Checks a request in two steps, so that no body is kept in memory for strangers: first everything that the head
 * shows, then, with the body's SHA-256 in lower-case hex, the signature itself. Either may throw MissingAuthenticationTokenException,
 * IncompleteSignatureException, UnrecognizedClientException or InvalidSignatureException. About 25 µs for both.
 */
export type VerifySignature = (head: SignedHead) => ClaimedSigner;

export interface SignatureRules {
  readonly accessKey: FindAccessKey;
  /** The regions that a credential scope may name; read on every call. */
  readonly regions: 'any' | readonly string[];
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How far a signer's clock may be off: AWS documents five minutes. */
const WINDOW_MS = 5 * 60_000;

const invalid = (message: string) => new ServiceError('InvalidSignatureException', message);

export function createVerifySignature(rules: SignatureRules): VerifySignature {
  const { accessKey, now } = rules;
  const signingKeys = createSigningKeys();
  return ({ method, target, headers, service = SERVICE }) => {
    const [path, query] = splitTarget(target);
    const presented = readSignature(headers, query);
    const { scope, signedHeaders, signedQuery } = presented;
    checkScope(presented, service, rules.regions);
    const key = findKey(presented, accessKey);
    checkTime(presented, now());
    checkSignedHeaders(presented, headers);

    const prove = (bodyHash: string): Proof => {
      checkBodyHash(presented, bodyHash);
      const signed = {
        method,
        headers: canonicalHeaders(headers, signedHeaders),
        signedHeaders: [...signedHeaders].join(';'),
        payloadHash: bodyHash,
      };
      const sign = signingKeys.get(key, scope);
      const form = canonicalForms(path, signedQuery).find((one) => {
        const text = canonicalText({ ...signed, path: one.path, query: one.query });
        const expected = sign(stringToSign(presented.amzDate, scope, hash('sha256', text)));
        return equalTexts(expected, presented.signature);
      });
      if (form === undefined)
        throw invalid(
          'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
        );
      signingKeys.keep(key, scope, sign);
      return { plusIsSpace: form.plusIsSpace };
    };
    return { signer: { key, region: scope.region }, prove };
  };
}

/** Path and query of a request target; a missing query is empty. */
export function splitTarget(target: string): readonly [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function checkScope(
  { scope, amzDate }: PresentedSignature,
  service: string,
  regions: SignatureRules['regions'],
): void {
  if (scope.terminator !== TERMINATOR)
    throw invalid(`Credential should be scoped with a valid terminator: '${TERMINATOR}'`);
  if (scope.service !== service)
    throw invalid(`Credential should be scoped to correct service: '${service}'.`);
  if (scope.region === '' || (regions !== 'any' && !regions.includes(scope.region)))
    throw invalid(`Credential should be scoped to a valid Region, not '${scope.region}'.`);
  if (scope.date !== amzDate.slice(0, 8))
    throw invalid('Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP');
}

function findKey({ accessKeyId, sessionToken }: PresentedSignature, accessKey: FindAccessKey): AccessKey {
  const key = accessKey(accessKeyId);
  const isToken =
    key?.sessionToken === ANY_SESSION || equalTexts(key?.sessionToken ?? '', sessionToken ?? '');
  if (key === undefined || !isToken)
    throw new ServiceError(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
    );
  return key;
}

function checkTime({ amzDate: signed, signedAtMs, expiresSeconds }: PresentedSignature, nowMs: number): void {
  if (signedAtMs > nowMs + WINDOW_MS)
    throw invalid(
      `Signature not yet current: ${signed} is still later than ${amzDate(nowMs + WINDOW_MS)} (${amzDate(nowMs)} + 5 min.)`,
    );
  if (expiresSeconds !== undefined) {
    const endMs = signedAtMs + expiresSeconds * 1000;
    if (nowMs > endMs)
      throw invalid(`Signature expired: ${amzDate(endMs)} is now earlier than ${amzDate(nowMs)}`);
  } else if (signedAtMs < nowMs - WINDOW_MS)
    throw invalid(
      `Signature expired: ${signed} is now earlier than ${amzDate(nowMs - WINDOW_MS)} (${amzDate(nowMs)} - 5 min.)`,
    );
}

/** The headers that say where a request goes and what it means must be signed: `host` and every `x-amz-…` header. */
function checkSignedHeaders({ signedHeaders }: PresentedSignature, headers: HeaderLines): void {
  if (!signedHeaders.has('host')) throw invalid("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  const unsigned = new Set<string>();
  for (const [name] of headers) {
    const lower = name.toLowerCase();
    // A session token is compared with the key's; some clients add it after signing.
    if (lower === 'x-amz-security-token') continue;
    if (lower.startsWith('x-amz-') && !signedHeaders.has(lower)) unsigned.add(lower);
  }
  if (unsigned.size > 0)
    throw invalid(
      `There were headers present in the request which were not signed: ${[...unsigned].join(', ')}`,
    );
}

/** Checks the body's hash against a declared one. Connect has no unsigned or streamed bodies. */
function checkBodyHash({ declaredBodyHash }: PresentedSignature, bodyHash: string): void {
  if (declaredBodyHash !== undefined && declaredBodyHash !== bodyHash)
    throw invalid(
      /^[0-9a-f]{64}$/.test(declaredBodyHash)
        ? "The provided 'x-amz-content-sha256' header does not match what was computed."
        : "'x-amz-content-sha256' must be the SHA-256 of the body in lower-case hex: unsigned and streamed bodies are not accepted.",
    );
}

/** Compares in constant time. */
function equalTexts(a: string, b: string): boolean {
  // Most keys have no session token.
  if (a === '' && b === '') return true;
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}
