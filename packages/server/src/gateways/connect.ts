// From a host name to a TLS connection that speaks HTTP/2.
import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';

/** Where a gateway is, and which certificates we present and trust there. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** PEM of the authorities to trust instead of Node's own list: for emulators. */
  readonly ca?: string;
  /** TLS client certificate and its key, PEM. */
  readonly client?: { readonly certificate: string; readonly privateKey: string };
  /** URL of an HTTP proxy, which also resolves the host's name. */
  readonly proxy?: string;
}

/** Resolves a host name. Rejects with an Error whose `code` is, for example, ENOTFOUND. */
export type Resolve = (host: string, signal?: AbortSignal) => Promise<readonly string[]>;

/** How long IPv4 addresses wait for IPv6 ones (RFC 8305 §3). */
const RESOLUTION_DELAY_MS = 50;

/**
 * Asks the name servers each time, bypassing this machine's caches: a cached answer leads back to the same server
 * that has just sent us away (github.com/jchambers/pushy/pull/571). The system's resolver is used only for names
 * that DNS does not know, such as those in the hosts file.
 */
export const resolveUncached: Resolve = (host, signal) => askNameServers(host, signal);

/** Asks the name servers configured on this machine, or those at `servers` (address and port). */
export async function askNameServers(
  host: string,
  signal?: AbortSignal,
  servers?: readonly string[],
): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host];
  const resolver = new Resolver();
  if (servers !== undefined) resolver.setServers(servers);
  const cancel = (): void => resolver.cancel();
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    return await eitherFamily(resolver.resolve4(host), resolver.resolve6(host));
  } catch (error) {
    if (signal?.aborted === true) throw error;
    return await resolveBySystem(host);
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Uses the system's resolver: for hosts that need not be in DNS, such as proxies. */
export const resolveBySystem: Resolve = (host) => {
  const ask = async (family: 4 | 6): Promise<string[]> =>
    (await lookup(host, { all: true, family })).map(({ address }) => address);
  return eitherFamily(ask(4), ask(6));
};

/**
 * What both address families have returned within the delay: a name server that never answers for one of them
 * delays nothing (RFC 8305 §3).
 */
async function eitherFamily(v4: Promise<string[]>, v6: Promise<string[]>): Promise<string[]> {
  const addresses: string[] = [];
  const add = (found: readonly string[]): void => void addresses.push(...found);
  const both = Promise.allSettled([v4.then(add), v6.then(add)]);
  const enough = Promise.any([
    v6,
    v4.then(() => setTimeout(RESOLUTION_DELAY_MS, undefined, { ref: false })),
  ]).catch(() => both);
  await Promise.race([both, enough]);
  return addresses.length > 0 ? addresses : v4;
}

/** Rejects with the signal's reason, or with DNS_TIMEOUT: a silent name server says nothing about the host. */
export async function resolveInTime(
  resolve: Resolve,
  host: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    return await unlessAborted(resolve(host, signal), signal);
  } catch (error) {
    if (!isTimeout(error)) throw error;
    const message = `no name server has answered for ${host}`;
    throw Object.assign(new Error(message, { cause: error }), { code: 'DNS_TIMEOUT' });
  }
}

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

/** TLS over this TCP connection or tunnel. Rejects with the socket's error, or when `signal` aborts. */
export function connectTls(
  endpoint: Endpoint,
  tcp: Duplex,
  secureContext: SecureContext,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const { promise, resolve, reject } = Promise.withResolvers<TLSSocket>();
  const socket = connect({
    socket: tcp,
    host: endpoint.host,
    servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
    ALPNProtocols: ['h2'],
    secureContext,
  });
  const abort = (): void => {
    socket.destroy(signal.reason as Error);
  };
  signal.addEventListener('abort', abort);
  // This listener stays: an error after the first one was reported must not end the process.
  socket.on('error', reject);
  socket.once('close', () => {
    signal.removeEventListener('abort', abort);
    reject(new Error('connection closed during the TLS handshake'));
  });
  socket.once('secureConnect', () => {
    signal.removeEventListener('abort', abort);
    if (socket.alpnProtocol === 'h2') return resolve(socket);
    socket.destroy();
    reject(Object.assign(new Error('the peer does not speak HTTP/2'), { code: 'NO_HTTP2' }));
  });
  return promise;
}

export const isTimeout = (error: unknown): boolean =>
  error instanceof DOMException && error.name === 'TimeoutError';

export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
