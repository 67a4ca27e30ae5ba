// Whether a request comes from a page of our own, and not from another site that a signed-in person looks at.
// https://www.w3.org/TR/fetch-metadata/ · https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html
import type { IncomingMessage } from 'node:http';

/**
 * Browsers say where a request comes from in `Sec-Fetch-Site`, which no page can write, on TLS and on loopback, and there only
 * we take sessions. Those that do not yet (Safari before 16.4) send `Origin` with everything but reads of their own pages.
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
