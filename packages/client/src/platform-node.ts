// Node: hashes without a promise each, and node:http, whose request costs half of what `fetch` costs there
// (npm run bench -- client).
import { createHash, createHmac } from 'node:crypto';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Hashing, Send } from './platform.ts';

export const hashing: Hashing = {
  sha256: (text) => createHash('sha256').update(text).digest('hex'),
  deriveKey(secret, chain) {
    let key: string | Buffer = `AWS4${secret}`;
    for (const message of chain) key = createHmac('sha256', key).update(message).digest();
    return (text) => createHmac('sha256', key).update(text).digest('hex');
  },
};

/**
 * By Node's global agents: they keep connections open for 5 idle seconds, do not keep the process alive for them, and go
 * through proxies of the environment where NODE_USE_ENV_PROXY says so.
 */
export const send: Send = ({ origin, target, method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const { protocol, hostname, port } = addressOf(origin);
    const request = (protocol === 'https:' ? requestHttps : requestHttp)(
      {
        hostname,
        port,
        path: target,
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => (text += chunk))
          .on('error', reject)
          .on('end', () => {
            const get = (name: string): string | null => {
              const value = response.headers[name];
              return value === undefined ? null : String(value);
            };
            resolve({ status: response.statusCode!, headers: { get }, text });
          });
      },
    );
    // The signal is this request's own and goes with it.
    signal.addEventListener('abort', () => request.destroy(signal.reason as Error), { once: true });
    request.on('error', reject).end(body);
  });

/** A client has one origin, and an URL is the most expensive part of a request after the request itself. */
let newest: { readonly origin: string; readonly address: Address } | undefined;

interface Address {
  readonly protocol: string;
  readonly hostname: string;
  readonly port: string;
}

function addressOf(origin: string): Address {
  if (newest?.origin !== origin) {
    const { protocol, hostname, port } = new URL(origin);
    // Brackets are of URLs; a connection is made to the address within.
    newest = { origin, address: { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port } };
  }
  return newest.address;
}
