// Requests that Node refuses before there is a request object: broken HTTP, headers that are too many or too slow.
// By default Node answers without a body, which AWS SDKs fail to parse; we send the JSON they expect.
// https://nodejs.org/api/http.html#event-clienterror
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { createPerTurn } from '../fairness/per-turn.ts';
import { refusal } from './answer.ts';
import type { Answer } from './answer.ts';

const REFUSALS: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: refusal(
    'RequestHeaderSectionTooLargeException',
    'The request line and headers are too large.',
  ),
  HPE_CHUNK_EXTENSIONS_OVERFLOW: refusal(
    'RequestEntityTooLargeException',
    'The chunk extensions are too large.',
  ),
  ERR_HTTP_REQUEST_TIMEOUT: refusal('RequestTimeoutException', 'The request did not arrive in time.'),
};

const MALFORMED = refusal('MalformedHttpRequestException', 'The request is not HTTP/1.1.');

/** Answers on a connection that never produced a request, and ends it. */
export function answerClientError(error: Error & { code?: string }, socket: Duplex): void {
  // After a reset nobody listens.
  if (error.code === 'ECONNRESET') socket.destroy();
  else if (error.code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    late.add(socket);
  } else refuseConnection(socket, REFUSALS[error.code ?? ''] ?? MALFORMED);
}

/** 10 ms at 100 µs each. */
const LATE_PER_TURN = 100;

/**
 * Connections that have timed out. Those that came together time out together: 5,000 of them took half a second of
 * one turn.
 */
const late = createPerTurn<Duplex>(LATE_PER_TURN, (socket) => {
  // A connection without a request needs no answer, and a browser that connects ahead would take it as the answer
  // to its first request.
  if ((socket as Socket).bytesRead === 0) socket.destroy();
  else refuseConnection(socket, REFUSALS['ERR_HTTP_REQUEST_TIMEOUT']!);
});

/** Answers whatever the connection requests, and ends it. */
export function refuseConnection(socket: Duplex, answer: Answer): void {
  // While an answer is being written, a second one would be read as part of it; and a client that has not read the
  // last one will not read another.
  if (!socket.writable || isAnswering(socket) || socket.writableLength > 0) socket.destroy();
  else writeAndEnd(socket, answer);
}

/** Node keeps the current response on its socket and checks it there for the same reason. */
function isAnswering(socket: Duplex): boolean {
  const { _httpMessage: response } = socket as Duplex & { _httpMessage?: { headersSent: boolean } | null };
  return response?.headersSent === true;
}

/** Writes an answer without a response object, and closes the connection. */
export function writeAndEnd(socket: Duplex, { status, headers, body }: Answer): void {
  const lines = Object.entries({
    ...headers,
    'x-amzn-requestid': crypto.randomUUID(),
    'x-content-type-options': 'nosniff',
    'content-length': String(Buffer.byteLength(body)),
    date: new Date().toUTCString(),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body.toString()}`,
    () => socket.destroy(),
  );
}
