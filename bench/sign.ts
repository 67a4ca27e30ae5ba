// Signs a request in advance, so that benchmarks do not measure signing.
import { createHmac, hash } from 'node:crypto';
import {
  SERVICE,
  amzDate,
  authorizationHeader,
  canonicalRequest,
  signingKeyChain,
  stringToSign,
} from '@chatpush/wire';

/** In settings.json, the secret of each key equals its id. */
export function signedHeaders(
  method: string,
  url: URL,
  body: string,
  accessKey = 'test',
): Record<string, string> {
  const date = amzDate(Date.now());
  const scope = { date: date.slice(0, 8), region: 'eu-central-1', service: SERVICE };
  const names = ['content-type', 'host', 'x-amz-date'];
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host: url.host,
    'x-amz-date': date,
  };
  const canonical = canonicalRequest({
    method,
    path: url.pathname,
    query: url.search.slice(1),
    headers: Object.entries(headers),
    signedHeaders: names,
    payloadHash: hash('sha256', body),
  });
  let key: string | Buffer = `AWS4${accessKey}`;
  for (const message of signingKeyChain(scope)) key = createHmac('sha256', key).update(message).digest();
  const signature = createHmac('sha256', key)
    .update(stringToSign(date, scope, hash('sha256', canonical)))
    .digest('hex');
  return { ...headers, authorization: authorizationHeader(accessKey, scope, names.join(';'), signature) };
}
