// What listens on loopback is there for this machine only, yet any page in any browser can call 127.0.0.1. A foreign page
// gives itself away by its `Origin`, and one that points its own name at 127.0.0.1 (DNS rebinding) by its `Host`.
import type { IncomingHttpHeaders } from 'node:http';

import { isLoopback } from '../addresses/loopback.ts';
import { ServiceError } from '../service-error.ts';

/** Throws AccessDeniedException where `Host` or `Origin` names anything but loopback or one of the allowed hosts. */
export function checkLoopback(headers: IncomingHttpHeaders, allowedHosts: readonly string[]): void {
  const isOurs = (host: string | undefined) =>
    host !== undefined && (isLoopback(host) || allowedHosts.includes(host));
  if (!isOurs(hostOf(`http://${headers.host ?? ''}`)))
    throw new ServiceError(
      'AccessDeniedException',
      'This server answers to loopback names only; Host is another.',
    );
  if (headers.origin !== undefined && !isOurs(hostOf(headers.origin)))
    throw new ServiceError(
      'AccessDeniedException',
      'This server answers to pages of its own only; Origin is another.',
    );
}

/** The host of an address, IPv6 without brackets, or undefined where it has none (an opaque origin is the text `null`). */
const hostOf = (address: string): string | undefined =>
  URL.parse(address)?.hostname.replace(/^\[(.*)\]$/, '$1');
