// A server on loopback is meant for this machine only, yet any page in any browser can call 127.0.0.1. A foreign
// page is recognized by its `Origin`, and one that points its own name at 127.0.0.1 (DNS rebinding) by its `Host`.
import type { IncomingHttpHeaders } from 'node:http';

import { isLoopback } from '../addresses/loopback.ts';
import { ServiceError } from '../service-error.ts';

/** The `Host` that clients on this machine usually send: parsing it as a URL costs a hundredth of a call. */
const USUAL = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/;

/** Throws AccessDeniedException if `Host` or `Origin` names anything but loopback or an allowed host. */
export function checkLoopback(headers: IncomingHttpHeaders, allowedHosts: readonly string[]): void {
  const isOurs = (host: string | undefined) =>
    host !== undefined && (isLoopback(host) || allowedHosts.includes(host));
  if (!USUAL.test(headers.host ?? '') && !isOurs(hostOf(`http://${headers.host ?? ''}`)))
    throw new ServiceError(
      'AccessDeniedException',
      'This server answers only to loopback names; the Host header names another host.',
    );
  if (headers.origin !== undefined && !isOurs(hostOf(headers.origin)))
    throw new ServiceError(
      'AccessDeniedException',
      'This server answers only to its own pages; the Origin header names another origin.',
    );
}

/** The host of an address, IPv6 without brackets; undefined if it has none (an opaque origin is the text `null`). */
const hostOf = (address: string): string | undefined =>
  URL.parse(address)?.hostname.replace(/^\[(.*)\]$/, '$1');
