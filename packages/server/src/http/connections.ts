// The requests of one connection: answered one after another, few read ahead, none for a connection that has closed. HTTP/1.1
// lets a client send requests without waiting for answers (RFC 9112 §9.3.2); Node begins them all at once.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { refusal } from './answer.ts';
import type { HttpLimits } from './limits.ts';
import { refuseConnection } from './refused-connection.ts';

export interface Connections {
  /** Calls `answer` when it is this request's turn; never, when its connection closes before. */
  inTurn(request: IncomingMessage, response: ServerResponse, answer: () => void): void;
  /** Closes the connection of an answer that was written and is not taken, or of a request whose rest does not come. */
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
    { headers: { 'retry-after': '1' } },
  );

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
    inTurn(request, response, answer) {
      const { socket } = request;
      let queue = queues.get(socket);
      if (queue === undefined) queues.set(socket, (queue = { isBusy: false, isRefused: false, waiting: [] }));
      if (queue.isRefused) return;
      if (queue.waiting.length >= limits.readAhead) {
        queue.isRefused = true;
        queue.waiting.length = 0;
        refuseConnection(socket, tooMany);
        return;
      }
      queue.waiting.push({ response, answer });
      if (!queue.isBusy) next(socket, queue);
    },
    watch(request, response) {
      const { socket } = request;
      // What the system has taken over needs no timer, which is most answers.
      if (socket.writableLength > 0) closeAfter(limits.answerTimeoutMs, response, socket);
      else if (!request.complete) closeAfter(limits.lingerMs, request, socket);
    },
  };
}

function closeAfter(ms: number, ends: IncomingMessage | ServerResponse, socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), ms);
  ends.once('close', () => clearTimeout(timer));
}
