// Signature Version 4 as strings: one function per stage of the specification, none of which does cryptography.
// The caller hashes, with node:crypto or WebCrypto. A server starts with canonical.ts, because others wrote the request, and
// so do AWS's test vectors; the client, whose requests are canonical already, starts with `canonicalText`.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

export const ALGORITHM = 'AWS4-HMAC-SHA256';
export const TERMINATOR = 'aws4_request';
/** The signing name of Amazon Connect, which chatpush uses too. */
export const SERVICE = 'connect';

/** The parts of a canonical request, each in canonical form. */
export interface CanonicalParts {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** A line `name:value` per signed header, in the order of their names, each with a trailing line feed. */
  readonly headers: string;
  /** Their names, joined by `;`. */
  readonly signedHeaders: string;
  /** Lower-case hex SHA-256 of the body. */
  readonly payloadHash: string;
}

export const canonicalText = (parts: CanonicalParts): string =>
  `${parts.method}\n${parts.path}\n${parts.query}\n${parts.headers}\n${parts.signedHeaders}\n${parts.payloadHash}`;

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

/** The messages of the HMAC chain that derives the key, starting from `AWS4` + secret. */
export const signingKeyChain = (scope: Scope): readonly string[] => [
  scope.date,
  scope.region,
  scope.service,
  TERMINATOR,
];

/** `signedHeaders` are names joined by `;`. */
export const authorizationHeader = (
  accessKeyId: string,
  scope: Scope,
  signedHeaders: string,
  signature: string,
): string =>
  `${ALGORITHM} Credential=${accessKeyId}/${scopeText(scope)}, SignedHeaders=${signedHeaders}, Signature=${signature}`;

/** `YYYYMMDDTHHMMSSZ` of a time in milliseconds since the epoch. */
export const amzDate = (timeMs: number): string =>
  new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
