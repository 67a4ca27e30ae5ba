// Which names and addresses mean this machine and no other: where the development defaults may listen, what `Host`
// may say there, and from where a secret has not crossed a network.
import { BlockList, isIP } from 'node:net';

const ADDRESSES = new BlockList();
ADDRESSES.addSubnet('127.0.0.0', 8, 'ipv4'); // RFC 1122 §3.2.1.3, also as ::ffff:127.0.0.0/104
ADDRESSES.addAddress('::1', 'ipv6'); // RFC 4291 §2.5.3

/** `localhost` and all names below it, in any case, with or without the final dot: RFC 6761 §6.3. */
const NAMES = /^(?:[^.]+\.)*localhost\.?$/i;

/** Whether a host name or address, without a port or brackets, means only this machine. */
export function isLoopback(host: string): boolean {
  const family = isIP(host);
  return family === 0 ? NAMES.test(host) : ADDRESSES.check(host, family === 6 ? 'ipv6' : 'ipv4');
}
