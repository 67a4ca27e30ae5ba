// One request on one HTTP/2 stream, and its result once it has ended.
import type { Fields, ResponseHead } from './http2/response-head.ts';
import type { Stream } from './http2/stream.ts';

/** An answer whose headers have arrived. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Fields;
  /** At most the first 64 KiB of it. */
  readonly body: string;
  /** The body arrived completely. A success counts without it. */
  readonly whole: boolean;
  /** When HEADERS was sent, monotonic milliseconds. */
  readonly startedAt: number;
  readonly ms: number;
  /** That brought this answer. */
  readonly session: ExchangeSession;
}

/** No answer. `unsent`: certainly not processed. `unknown`: HEADERS was sent and no complete answer came back. */
export interface NoAnswer {
  readonly kind: 'unsent' | 'unknown';
  readonly answer: string;
  readonly ms: number;
}

export type Result = Answer | NoAnswer;

/** What an exchange needs to know of its session when its stream has ended. */
export interface ExchangeSession {
  /** Why the session is ending or has ended. */
  readonly endedBy: string | undefined;
  /** Begins no more attempts; it closes when its last one has ended. */
  retire(reason: string): void;
}

/** A record that the connection fills; it has no listeners. */
export class Exchange implements Stream {
  id = 0;
  sendWindow = 0;
  unsent: Buffer | undefined;
  head: ResponseHead | undefined;
  body: Buffer | undefined;
  bodyBytes = 0;
  receivedBytes = 0;
  ended = false;
  reset: string | undefined;
  refused = false;
  readonly startedAt: number;
  readonly done: (result: Result) => void;

  constructor(startedAt: number, done: (result: Result) => void) {
    this.startedAt = startedAt;
    this.done = done;
  }
}

/** The result of an exchange whose stream has ended by now, monotonic milliseconds. */
export function resultOf(exchange: Exchange, session: ExchangeSession, now: number): Result {
  const { head, startedAt } = exchange;
  const ms = now - startedAt;
  // A success counts from its status on; a refusal without its whole body does not say what was refused.
  if (head !== undefined && (exchange.ended || (head.status >= 200 && head.status < 300))) {
    return {
      kind: 'answered',
      status: head.status,
      headers: head.fields,
      body: exchange.body === undefined ? '' : exchange.body.toString('utf8', 0, exchange.bodyBytes),
      whole: exchange.ended,
      startedAt,
      ms,
      session,
    };
  }
  if (exchange.id === 0) return { kind: 'unsent', answer: session.endedBy ?? 'no stream', ms };
  // A stream with part of an answer has been processed, whatever the peer says of it later.
  const kind = exchange.refused && head === undefined ? 'unsent' : 'unknown';
  return { kind, answer: exchange.reset ?? session.endedBy ?? 'connection closed by the gateway', ms };
}
