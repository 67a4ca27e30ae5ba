// A TCP connection to the first address of a host that answers (Happy Eyeballs, RFC 8305 §5): an address that
// swallows packets costs a quarter of a second, not the system's connect timeout.
import { connect, isIP, type Socket } from 'node:net';

/** Delay before the next address joins the race (RFC 8305 §8); earlier ones continue. */
const ATTEMPT_DELAY_MS = 250;
/**
 * Silence before TCP probes the peer: keeps firewall and NAT entries alive, and finds a dead connection before a
 * push does. HTTP/2 does not see it, so Google's `too_many_pings` does not count it.
 */
const KEEP_ALIVE_MS = 30_000;

/** Rejects with the errors of all addresses, or with the signal's reason. */
export function connectTcp(addresses: readonly string[], port: number, signal: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const waiting = alternate(addresses);
  const racing = new Set<Socket>();
  const faults: NodeJS.ErrnoException[] = [];
  let timer: NodeJS.Timeout | undefined;

  function stop(): void {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
    for (const socket of racing) socket.destroy();
  }
  function abort(): void {
    stop();
    reject(signal.reason as Error);
  }
  function enter(): void {
    clearTimeout(timer);
    const address = waiting.shift();
    if (address === undefined) {
      if (racing.size > 0) return;
      stop();
      return reject(faultOf(faults));
    }
    const socket = connect({
      host: address,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
    });
    racing.add(socket);
    // This listener stays: the losers of the race may still report an error.
    socket.on('error', (error) => {
      if (!racing.delete(socket)) return;
      faults.push(error);
      enter();
    });
    socket.once('connect', () => {
      racing.delete(socket);
      stop();
      resolve(socket);
    });
    if (waiting.length > 0) timer = setTimeout(enter, ATTEMPT_DELAY_MS);
  }

  if (signal.aborted) abort();
  else {
    signal.addEventListener('abort', abort, { once: true });
    enter();
  }
  return promise;
}

/**
 * Alternates the families, each in its order (RFC 8305 §4): a network that lacks one of them costs one delay, not
 * one per address.
 */
export function alternate(addresses: readonly string[]): string[] {
  const first = addresses.filter((address) => isIP(address) === isIP(addresses[0] ?? ''));
  const second = addresses.filter((address) => isIP(address) !== isIP(addresses[0] ?? ''));
  return Array.from({ length: Math.max(first.length, second.length) }, (_, n) => [
    ...first.slice(n, n + 1),
    ...second.slice(n, n + 1),
  ]).flat();
}

function faultOf(faults: readonly NodeJS.ErrnoException[]): Error {
  const [first] = faults;
  if (first === undefined) return new Error('the host has no address');
  if (faults.length === 1) return first;
  const messages = new Set(faults.map(({ code, message }) => message || code));
  return Object.assign(new Error([...messages].join(', '), { cause: faults }), { code: first.code });
}
