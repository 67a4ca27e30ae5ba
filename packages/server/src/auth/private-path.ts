// Whether a secret in a request can reach us without anybody in between reading it.
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../addresses/loopback.ts';
import { socketAddress } from './client-address.ts';

/** `tls`: through a trusted proxy with TLS. `loopback`: from this machine, not forwarded. */
export type PrivatePath = 'tls' | 'loopback';

/** Why a path is not private: a trusted proxy does not confirm TLS, or it is unknown what lies in between. */
export type PublicPath = 'proxy-without-tls' | 'unknown';

export const isPrivate = (path: PrivatePath | PublicPath): path is PrivatePath =>
  path === 'tls' || path === 'loopback';

const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * A trusted proxy must confirm that it was called over TLS. Otherwise only loopback is accepted, and nothing that
 * was forwarded: a proxy on this machine that is not listed may accept plain text from anywhere.
 */
export function pathOf(
  { socket, headers }: IncomingMessage,
  isTrusted: (address: string) => boolean,
): PrivatePath | PublicPath {
  const address = socketAddress(socket);
  if (isTrusted(address)) return headers['x-forwarded-proto'] === 'https' ? 'tls' : 'proxy-without-tls';
  const isPassedOn = PASSED_ON.some((name) => headers[name] !== undefined);
  return isLoopback(address) && !isPassedOn ? 'loopback' : 'unknown';
}
