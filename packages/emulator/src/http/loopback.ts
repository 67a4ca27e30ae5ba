// Any web page can call 127.0.0.1, and any host name can resolve to it (DNS rebinding): such requests are refused.
import type { IncomingMessage } from 'node:http';

/** Names under localhost are loopback too: RFC 6761 §6.3. */
const LOOPBACK_NAME = /^(([^.:]+\.)*localhost\.?|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i;
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;

/** Why a request is refused, as a sentence; undefined if it is allowed. */
export function foreignness({ headers, socket }: IncomingMessage): string | undefined {
  const { host = '', origin } = headers;
  if (LOOPBACK_ADDRESS.test(socket.localAddress ?? '') && !LOOPBACK_NAME.test(host)) {
    return `The Host header says ${JSON.stringify(host)}; on a loopback address it must be localhost or 127.0.0.1.`;
  }
  if (origin !== undefined && origin.replace(/^https?:\/\//, '') !== host) {
    return `The page at ${origin} may not call the emulator: only its own pages may.`;
  }
  return undefined;
}
