// The cookie of a console session: not readable by scripts, and never sent from other sites.
//
// Over TLS it has the prefix `__Host-`, with which browsers ensure that no other host under the same domain has set
// it (draft-ietf-httpbis-rfc6265bis §4.1.3.2). On loopback there is no TLS, and not every browser accepts `Secure`
// there.
import type { IncomingMessage } from 'node:http';

const nameOf = (isSecure: boolean): string => (isSecure ? '__Host-chatpush' : 'chatpush-session');

const cookie = (value: string, maxAgeSeconds: number, isSecure: boolean): string =>
  `${nameOf(isSecure)}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;

/** The value of `Set-Cookie` that begins a session. */
export const sessionCookie = (text: string, lastsMs: number, isSecure: boolean): string =>
  cookie(text, Math.floor(lastsMs / 1000), isSecure);

/** The value of `Set-Cookie` that ends it. */
export const noSessionCookie = (isSecure: boolean): string => cookie('', 0, isSecure);

/** The text in the cookie; undefined: the request has no such cookie. */
export function sessionText({ headers }: IncomingMessage, isSecure: boolean): string | undefined {
  const wanted = `${nameOf(isSecure)}=`;
  for (const part of (headers.cookie ?? '').split(';')) {
    const pair = part.trim();
    if (pair.startsWith(wanted) && pair.length > wanted.length) return pair.slice(wanted.length);
  }
  return undefined;
}
