// Signature Version 4: wire builds the strings, the platform does the cryptography.
import {
  SERVICE,
  amzDate,
  authorizationHeader,
  canonicalText,
  encodePath,
  signingKeyChain,
  stringToSign,
} from '@chatpush/wire';
import type { EncodedRequest, Scope } from '@chatpush/wire';
import type { Credentials } from './credentials.ts';
import type { Hashing } from './platform.ts';

/** The headers to send with a request, including `Authorization`. `Host` is signed, and added by the sender. */
export type Sign = (
  request: EncodedRequest,
  host: string,
  credentials: Credentials,
  timeMs: number,
) => Promise<Record<string, string>>;

export function createSigner(region: string, hashing: Hashing): Sign {
  // A key is valid for a day. One is enough to keep: a client signs with one pair of credentials at a time.
  let newest: { readonly id: string; readonly key: ReturnType<Hashing['deriveKey']> } | undefined;
  const signingKey = (secret: string, scope: Scope): ReturnType<Hashing['deriveKey']> => {
    const id = `${scope.date}/${secret}`;
    if (newest?.id !== id) newest = { id, key: hashing.deriveKey(secret, signingKeyChain(scope)) };
    return newest.key;
  };

  return async (
    { method, path, query, body },
    host,
    { accessKeyId, secretAccessKey, sessionToken },
    timeMs,
  ) => {
    const time = amzDate(timeMs);
    const scope: Scope = { date: time.slice(0, 8), region, service: SERVICE };
    const payloadHash = await hashing.sha256(body ?? '');
    const headers: Record<string, string> = {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      host,
      'x-amz-content-sha256': payloadHash,
      'x-amz-date': time,
      ...(sessionToken !== undefined && { 'x-amz-security-token': sessionToken }),
    };
    // Already canonical: names are sorted, values have no white space, the query is encoded and sorted.
    const names = Object.keys(headers);
    const signedHeaders = names.join(';');
    let lines = '';
    for (const name of names) lines += `${name}:${headers[name]}\n`;
    const canonical = canonicalText({
      method,
      path: encodePath(path),
      query,
      headers: lines,
      signedHeaders,
      payloadHash,
    });
    const authenticate = await signingKey(secretAccessKey, scope);
    const signature = await authenticate(stringToSign(time, scope, await hashing.sha256(canonical)));
    const { host: _, ...sent } = headers;
    sent['authorization'] = authorizationHeader(accessKeyId, scope, signedHeaders, signature);
    return sent;
  };
}
