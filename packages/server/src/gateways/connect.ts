// From a host name to a TLS connection that speaks HTTP/2.
import { lookup, resolve4, resolve6 } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type ConnectionOptions, type SecureContext, type TLSSocket } from 'node:tls';

/** Where a gateway is, and what we show and trust there. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** PEM of the authorities to trust instead of Node's own list: for emulators. */
  readonly ca?: string;
  /** TLS client certificate and its key, PEM. */
  readonly client?: { readonly certificate: string; readonly privateKey: string };
  /** URL of an HTTP proxy, which then asks the name servers, too. */
  readonly proxy?: string;
}

/** All addresses of a host. Throws an Error with a `code` such as ENOTFOUND. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/**
 * Asks the name servers anew each time, past every cache of this machine: a cached answer leads back to the very server
 * that has just sent us away (github.com/jchambers/pushy/pull/571). The system's resolver is for names that DNS does not
 * know, such as those in the hosts file.
 */
export const resolveUncached: Resolve = async (host) => {
  if (isIP(host) !== 0) return [host];
  const answers = await Promise.allSettled([resolve4(host), resolve6(host)]);
  const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  if (addresses.length > 0) return addresses;
  return (await lookup(host, { all: true })).map(({ address }) => address);
};

/** The same addresses in random order, those with the fewest of our sessions first. */
export function spread(
  addresses: readonly string[],
  inUse: ReadonlyMap<string, number>,
  random: () => number,
): string[] {
  return addresses
    .map((address) => ({ address, order: (inUse.get(address) ?? 0) + random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ address }) => address);
}

/** Connects to the first of these addresses that answers, or by `tunnel`. Rejects with the socket's error, or when `signal` aborts. */
export function connectTls(
  endpoint: Endpoint,
  addresses: readonly string[],
  secureContext: SecureContext,
  signal: AbortSignal,
  tunnel?: Duplex,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
    ALPNProtocols: ['h2'],
    secureContext,
    // Node tries them one after the other, both families in turn.
    lookup: (_host, _options, answer) =>
      answer(
        null,
        addresses.map((address) => ({ address, family: isIP(address) })),
      ),
    autoSelectFamily: true,
    // Node's own 250 ms are less than a round trip to the other side of the world.
    autoSelectFamilyAttemptTimeout: 2_500,
    ...(tunnel === undefined ? {} : { socket: tunnel }),
  } as ConnectionOptions);
  const abort = (): void => {
    socket.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', abort);
  // Stays on: an error after the first has been reported must not end the process.
  socket.on('error', reject);
  socket.once('close', () => signal.removeEventListener('abort', abort));
  socket.once('secureConnect', () => {
    signal.removeEventListener('abort', abort);
    if (socket.alpnProtocol === 'h2') return resolve(socket);
    socket.destroy();
    reject(Object.assign(new Error('the peer does not speak HTTP/2'), { code: 'NO_HTTP2' }));
  });
  return promise;
}
