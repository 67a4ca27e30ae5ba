// The address a request comes from: the other end of its connection, or what a trusted proxy reports.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import type { Socket } from 'node:net';

/** IPv4 in its own form, even if it arrives on a dual-stack socket. */
export const socketAddress = ({ remoteAddress }: Socket): string =>
  (remoteAddress ?? '').replace(/^::ffff:/, '');

/** Whether an address is among these addresses (`10.0.0.5`) and networks (`10.0.0.0/8`). */
export function createAddressList(entries: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => address !== '' && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}

/** Behind a trusted proxy: the last address in `X-Forwarded-For`, which is the one that the proxy itself saw. */
export function clientAddress(
  { socket, headers }: IncomingMessage,
  isTrusted: (address: string) => boolean,
): string {
  const address = socketAddress(socket);
  const forwarded = headers['x-forwarded-for'];
  if (typeof forwarded !== 'string' || !isTrusted(address)) return address;
  return forwarded.slice(forwarded.lastIndexOf(',') + 1).trim() || address;
}

/** The owner of one IPv6 address usually has its whole /64 network (RFC 6177), so counters by address use that. */
export function addressGroup(address: string): string {
  if (!isIPv6(address)) return address;
  const [head, tail] = address.split('::', 2) as [string, string?];
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: zeros }, () => '0'), ...after].slice(0, 4).join(':');
}
