// Requests signed by the signer inside the AWS SDKs for JavaScript.
import { createHash, createHmac } from 'node:crypto';
import type { Hash, Hmac } from 'node:crypto';

import type { HeaderLines } from '@chatpush/wire';
import { SignatureV4 } from '@smithy/signature-v4';

import type { SignedHead } from '../../src/auth/signature.ts';

/** SHA-256 behind the signer's interface: plain, or with a key. */
class Sha256 {
  readonly #state: Hash | Hmac;
  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#state =
      key === undefined
        ? createHash('sha256')
        : createHmac('sha256', typeof key === 'string' ? key : Buffer.from(key as Uint8Array));
  }
  update(part: Uint8Array | string): void {
    this.#state.update(part);
  }
  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#state.digest());
  }
  reset(): void {
    throw new Error('The signer takes a new one each time.');
  }
}

export interface SignedRequest extends SignedHead {
  readonly body: Buffer;
}

export interface ToSign {
  readonly method: string;
  /** Path as on the request line. */
  readonly path: string;
  /** Decoded. */
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

export interface SigningOptions {
  readonly key: { readonly id: string; readonly secret: string; readonly sessionToken?: string };
  readonly region?: string;
  readonly service?: string;
  readonly signedAtMs: number;
  /** Sign the query, valid for this many seconds, instead of the headers. */
  readonly expiresSeconds?: number;
  /** Send `x-amz-content-sha256`, as the SDK for JavaScript does and boto3 does not. Default true. */
  readonly declareBodyHash?: boolean;
}

export async function signOfficially(request: ToSign, options: SigningOptions): Promise<SignedRequest> {
  const {
    key,
    region = 'us-east-1',
    service = 'connect',
    signedAtMs,
    expiresSeconds,
    declareBodyHash = true,
  } = options;
  const signer = new SignatureV4({
    credentials: { accessKeyId: key.id, secretAccessKey: key.secret, sessionToken: key.sessionToken },
    region,
    service,
    sha256: Sha256,
    applyChecksum: declareBodyHash,
  });
  const unsigned = {
    protocol: 'http:',
    hostname: '127.0.0.1',
    method: request.method,
    path: request.path,
    query: request.query ?? {},
    headers: { Host: '127.0.0.1', ...request.headers },
    body: request.body,
  };
  const signingDate = new Date(signedAtMs);
  const signed =
    expiresSeconds === undefined
      ? await signer.sign(unsigned, { signingDate })
      : await signer.presign(unsigned, { signingDate, expiresIn: expiresSeconds });
  const encode = (text: string) =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = Object.entries(signed.query as Record<string, string>)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
  const headers: HeaderLines = Object.entries(signed.headers);
  return {
    method: request.method,
    target: query === '' ? request.path : `${request.path}?${query}`,
    headers,
    body: Buffer.from(request.body ?? ''),
  };
}
