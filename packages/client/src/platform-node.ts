// Node: synchronous hashes, and node:http, whose requests cost half of what `fetch` costs
// (npm run bench -- client).
import * as crypto from 'node:crypto';
import type { request, RequestOptions } from 'node:https';
import { MAX_ANSWER_LENGTH } from './platform.ts';
import type { Hashing, Send } from './platform.ts';

/** One-shot hash, since Node 20.12. */
const { hash } = crypto as { hash?: typeof crypto.hash };
const sha256 = (text: string): string =>
  hash?.('sha256', text) ?? crypto.createHash('sha256').update(text).digest('hex');

export const hashing: Hashing = {
  sha256,
  deriveKey(secret, chain) {
    let key: string | Buffer = `AWS4${secret}`;
    for (const message of chain) key = crypto.createHmac('sha256', key).update(message).digest();
    return (text) => crypto.createHmac('sha256', key).update(text).digest('hex');
  },
};

/**
 * Uses Node's global agents: they keep idle connections open for 5 seconds without keeping the process alive, and use the
 * proxies of the environment if NODE_USE_ENV_PROXY is set.
 */
export const send: Send = async ({ origin, target, method, headers, body }, ending) => {
  if (newest?.origin !== origin) newest = await openDoor(origin);
  const { request, address } = newest;
  return new Promise((resolve, reject) => {
    const sending = request(
      {
        ...address,
        path: target,
        method,
        headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
      },
      (response) => {
        let text = '';
        const done = (): void => {
          const get = (name: string): string | null => {
            const value = response.headers[name];
            return value === undefined ? null : String(value);
          };
          resolve({ status: response.statusCode!, headers: { get }, text });
        };
        response
          .setEncoding('utf8')
          .on('data', (chunk: string) => {
            text += chunk;
            if (text.length < MAX_ANSWER_LENGTH) return;
            done();
            response.destroy();
          })
          .on('error', reject)
          .on('end', done);
      },
    );
    sending.on('error', reject).end(body);
    ending.onEnd((reason) => sending.destroy(reason as Error));
  });
};

/** How to reach an origin. node:http takes longer to load than this client, so it is loaded at the first call. */
interface Door {
  readonly origin: string;
  readonly address: RequestOptions;
  readonly request: typeof request;
}

/** A client has one origin. */
let newest: Door | undefined;

async function openDoor(origin: string): Promise<Door> {
  const { protocol, hostname, port } = new URL(origin);
  const { request } = await (protocol === 'https:' ? import('node:https') : import('node:http'));
  // URLs put IPv6 addresses in brackets; connections take them without.
  return { origin, address: { hostname: hostname.replace(/^\[|\]$/g, ''), port }, request };
}
