// Whether a secret can travel to us in a request without anybody in between reading it.
import type { IncomingMessage } from 'node:http';
import { isLoopback } from '../addresses/loopback.ts';
import { socketAddress } from './client-address.ts';

/** `tls`: through a named proxy that was spoken to over TLS. `loopback`: from this machine, by nobody else. */
export type PrivatePath = 'tls' | 'loopback';

/** Why a path is not private: a named proxy does not say that it was spoken to over TLS, or nobody knows what lies in between. */
export type PublicPath = 'proxy-without-tls' | 'unknown';

const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'via'];

/**
 * A named proxy must say that it was spoken to over TLS. Otherwise only loopback will do, and nothing that was passed on: a
 * proxy on this machine that nobody named may well listen to the world in plain text.
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
