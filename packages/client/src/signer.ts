// Signature Version 4 with WebCrypto; the stages and their strings are wire's.
import {
  SERVICE,
  amzDate,
  authorizationHeader,
  canonicalRequest,
  signingKeyChain,
  stringToSign,
} from '@chatpush/wire';
import type { EncodedRequest, Scope } from '@chatpush/wire';
import type { Credentials } from './credentials.ts';

/** The headers to send with a request, `Authorization` among them; `Host` is signed and left to `fetch`. */
export type Sign = (
  request: EncodedRequest,
  host: string,
  credentials: Credentials,
  timeMs: number,
) => Promise<Record<string, string>>;

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const hex = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, '0')).join('');
const sha256 = async (text: string): Promise<string> => hex(await subtle().digest('SHA-256', bytes(text)));

export function createSigner(region: string): Sign {
  // A key is good for a day; only the newest is kept, because a client signs with one pair of credentials at a time.
  let newest: { readonly id: string; readonly key: Promise<CryptoKey> } | undefined;
  const signingKey = (secret: string, scope: Scope): Promise<CryptoKey> => {
    const id = `${scope.date}/${secret}`;
    if (newest?.id !== id) newest = { id, key: deriveKey(secret, scope) };
    return newest.key;
  };

  return async (request, host, credentials, timeMs) => {
    const time = amzDate(timeMs);
    const scope: Scope = { date: time.slice(0, 8), region, service: SERVICE };
    const payloadHash = await sha256(request.body ?? '');
    const headers: Record<string, string> = {
      ...(request.body !== undefined && { 'content-type': 'application/json' }),
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': time,
      ...(credentials.sessionToken !== undefined && { 'x-amz-security-token': credentials.sessionToken }),
    };
    const signedHeaders = [...Object.keys(headers), 'host'].sort();
    const canonical = canonicalRequest({
      ...request,
      headers: [...Object.entries(headers), ['host', host]],
      signedHeaders,
      payloadHash,
    });
    const text = stringToSign(time, scope, await sha256(canonical));
    const key = await signingKey(credentials.secretAccessKey, scope);
    const signature = hex(await subtle().sign('HMAC', key, bytes(text)));
    return {
      ...headers,
      authorization: authorizationHeader(credentials.accessKeyId, scope, signedHeaders, signature),
    };
  };
}

async function deriveKey(secret: string, scope: Scope): Promise<CryptoKey> {
  let key = await hmacKey(bytes(`AWS4${secret}`));
  for (const message of signingKeyChain(scope))
    key = await hmacKey(await subtle().sign('HMAC', key, bytes(message)));
  return key;
}

const hmacKey = (raw: BufferSource): Promise<CryptoKey> =>
  subtle().importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);

function subtle(): SubtleCrypto {
  const { subtle } = crypto as { subtle?: SubtleCrypto };
  if (subtle === undefined)
    throw new TypeError(
      'crypto.subtle is missing: a browser has it only in pages served over HTTPS or from localhost.',
    );
  return subtle;
}
