// Whether a request comes from our own page, and not from another site that a signed-in person visits.
// https://www.w3.org/TR/fetch-metadata/ ·
// https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
import type { IncomingMessage } from 'node:http';

/**
 * Browsers send the origin of a request in `Sec-Fetch-Site`, which no page can set, over TLS and on loopback, and
 * only there do we accept sessions. Older ones (Safari before 16.4) send `Origin` with everything except reads from
 * their own pages.
 */
export function isFromOwnPage({ method, headers }: IncomingMessage): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  const site = headers['sec-fetch-site'];
  // `none`: somebody typed the address or opened a bookmark.
  if (site !== undefined) return site === 'same-origin' || (isRead && site === 'none');
  const { origin, host } = headers;
  if (origin === undefined) return isRead;
  return host !== undefined && URL.parse(origin)?.host === host;
}
