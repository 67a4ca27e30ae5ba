// The requests of one connection: answered one after another, few read ahead, none for a connection that has
// closed. HTTP/1.1 lets a client send requests without waiting for answers (RFC 9112 §9.3.2), and Node begins them
// all at once.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { refusal, retryAfter } from './answer.ts';
import type { HttpLimits } from './limits.ts';
import { refuseConnection } from './refused-connection.ts';

export interface Connections {
  /** Call it with every new connection. */
  watchParser(socket: Socket): void;
  /** Calls `answer` when it is this request's turn; never if its connection closes first. */
  inTurn(request: IncomingMessage, response: ServerResponse, answer: () => void): void;
  /** Closes the connection if a written answer is not read, or the rest of a request does not arrive. */
  watch(request: IncomingMessage, response: ServerResponse): void;
}

interface Waiting {
  readonly response: ServerResponse;
  readonly answer: () => void;
}

interface Queue {
  isBusy: boolean;
  isRefused: boolean;
  readonly waiting: Waiting[];
}

export function createConnections(
  limits: Pick<HttpLimits, 'readAhead' | 'answerTimeoutMs' | 'lingerMs'>,
): Connections {
  const queues = new WeakMap<Socket, Queue>();
  const tooMany = refusal(
    'ThrottlingException',
    `More than ${limits.readAhead} requests wait on this connection; send the next one once an answer has come.`,
    { headers: retryAfter(1) },
  );

  function queueOf(socket: Socket): Queue {
    let queue = queues.get(socket);
    if (queue === undefined) queues.set(socket, (queue = { isBusy: false, isRefused: false, waiting: [] }));
    return queue;
  }

  /** Whether a further request of the connection, and with it the connection, is refused. */
  function refuses(socket: Socket): boolean {
    const queue = queueOf(socket);
    if (!queue.isRefused && queue.waiting.length >= limits.readAhead) {
      queue.isRefused = true;
      queue.waiting.length = 0;
      refuseConnection(socket, tooMany);
    }
    return queue.isRefused;
  }

  function next(socket: Socket, queue: Queue): void {
    const first = socket.writable ? queue.waiting.shift() : undefined;
    queue.isBusy = first !== undefined;
    if (first === undefined) {
      queue.waiting.length = 0;
      return;
    }
    first.response.once('close', () => next(socket, queue));
    first.answer();
  }

  return {
    watchParser: (socket) => stopParserWhen(socket, () => refuses(socket)),
    inTurn(request, response, answer) {
      const { socket } = request;
      if (refuses(socket)) return;
      const queue = queueOf(socket);
      queue.waiting.push({ response, answer });
      if (!queue.isBusy) next(socket, queue);
    },
    watch(request, response) {
      const { socket } = request;
      // Bytes that the system has taken over need no timer; that is true for most answers.
      if (socket.writableLength > 0) closeAfter(limits.answerTimeoutMs, response, socket);
      else if (!request.complete) closeAfter(limits.lingerMs, request, socket);
    },
  };
}

/** llhttp's code for "another protocol begins here", which stops it. */
const STOP = 2;

interface Parser {
  onIncoming?: ((request: IncomingMessage, shouldKeepAlive: boolean) => number) | null;
}

/**
 * Checks before Node creates another request from what a socket sent, and stops the parser when there are enough.
 * One read, 64 KiB, may contain 1,600 requests, and Node creates objects for all of them first: 200 connections
 * took 600 MB and 6 s. The hook is not documented; without it such connections are still refused, only later.
 */
function stopParserWhen(socket: Socket, isEnough: () => boolean): void {
  const { parser } = socket as Socket & { parser?: Parser | null };
  const onIncoming = parser?.onIncoming;
  if (!parser || !onIncoming) return;
  parser.onIncoming = (request, shouldKeepAlive) =>
    isEnough() ? STOP : onIncoming(request, shouldKeepAlive);
}

function closeAfter(ms: number, ends: IncomingMessage | ServerResponse, socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), ms);
  ends.once('close', () => clearTimeout(timer));
}
