// Signs a request ahead of time, so that signing is not what a benchmark measures.
import { createHmac, hash } from 'node:crypto';
import {
  SERVICE,
  amzDate,
  authorizationHeader,
  canonicalRequest,
  signingKeyChain,
  stringToSign,
} from '@chatpush/wire';

/** The secrets in settings.json are the ids of their keys. */
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
