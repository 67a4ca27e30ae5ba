// One request on one HTTP/2 stream, from HEADERS to `close`, and what can be said about it then.
import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';

/** An answer that arrived whole. */
export interface Answer {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** At most the first 64 KiB of it. */
  readonly body: string;
  /** The body came to its end: a success counts without. */
  readonly whole: boolean;
  /** When HEADERS left, monotonic milliseconds. */
  readonly startedAt: number;
  readonly ms: number;
  /** Lets the session that brought this answer take no more attempts: it closes when its last one has ended. */
  retireSession(reason: string): void;
}

/** No answer. `unsent`: surely not processed. `unknown`: HEADERS left and nothing whole came back. */
export interface NoAnswer {
  readonly kind: 'unsent' | 'unknown';
  readonly answer: string;
  readonly ms: number;
}

export type Result = Answer | NoAnswer;

/** What an exchange asks of its session when its stream has closed. */
export interface ExchangeSession {
  /** The smallest Last-Stream-ID of all GOAWAYs; streams above it were not processed (RFC 9113 §6.8). */
  readonly lastStreamId: number;
  /** Why the session ends or ended, if it does. */
  readonly endedBy: string | undefined;
  /** Its connection is no more, for whatever reason. */
  readonly broken: boolean;
  ended(exchange: Exchange): void;
  heard(): void;
  retire(reason: string): void;
}

const MAX_BODY_BYTES = 65_536;
const { NGHTTP2_CANCEL, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

/**
 * A stream settles on `close`, never before: a TCP FIN gives neither `error` nor `response`, a GOAWAY with an error code
 * closes streams that were and streams that were not processed, and a status may come without its body.
 */
export class Exchange {
  readonly startedAt: number;
  readonly #stream: ClientHttp2Stream;
  readonly #session: ExchangeSession;
  readonly #monotonic: () => number;
  #headers: (IncomingHttpHeaders & { ':status'?: number }) | undefined;
  #chunks: Buffer[] | undefined;
  #bytes = 0;
  #timedOutAfterMs: number | undefined;
  #errorCode: string | undefined;

  constructor(
    stream: ClientHttp2Stream,
    session: ExchangeSession,
    monotonic: () => number,
    done: (result: Result) => void,
  ) {
    this.startedAt = monotonic();
    this.#stream = stream;
    this.#session = session;
    this.#monotonic = monotonic;
    stream.on('response', (headers) => {
      this.#headers = headers;
      session.heard();
    });
    stream.on('data', (chunk: Buffer) => {
      if (this.#bytes < MAX_BODY_BYTES) (this.#chunks ??= []).push(chunk);
      this.#bytes += chunk.length;
    });
    // `close` follows and decides; without a listener the process would end.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      this.#errorCode = error.code ?? error.message;
    });
    stream.on('close', () => {
      session.ended(this);
      done(this.#result());
    });
  }

  /** Gives up waiting. The stream is reset, or it would go on holding its place (github.com/jchambers/pushy/issues/732). */
  expire(afterMs: number): void {
    this.#timedOutAfterMs = afterMs;
    // `close` waits for the body to leave, which a peer that grants no window prevents for ever; `destroy` does not.
    if (this.#stream.writableFinished) this.#stream.close(NGHTTP2_CANCEL);
    else this.#stream.destroy(new Error('timed out'));
  }

  #result(): Result {
    const ms = this.#monotonic() - this.startedAt;
    const status = this.#headers?.[':status'];
    // A success counts from its status on; a refusal without its whole body does not say what was refused.
    const whole = this.#stream.rstCode === NGHTTP2_NO_ERROR && this.#timedOutAfterMs === undefined;
    if (status !== undefined && (whole || (status >= 200 && status < 300))) {
      return {
        kind: 'answered',
        status,
        headers: this.#headers ?? {},
        body:
          this.#chunks === undefined ? '' : Buffer.concat(this.#chunks).toString('utf8', 0, MAX_BODY_BYTES),
        whole: whole && this.#stream.readableEnded,
        startedAt: this.startedAt,
        ms,
        retireSession: (reason) => this.#session.retire(reason),
      };
    }
    const id = this.#stream.id;
    if (status === undefined && this.#timedOutAfterMs === undefined) {
      if (id === undefined) return { kind: 'unsent', answer: this.#session.endedBy ?? 'no stream', ms };
      // RFC 9113 §8.7: the request was not processed.
      if (this.#stream.rstCode === NGHTTP2_REFUSED_STREAM)
        return { kind: 'unsent', answer: 'REFUSED_STREAM', ms };
      if (id > this.#session.lastStreamId) {
        return { kind: 'unsent', answer: this.#session.endedBy ?? 'above Last-Stream-ID', ms };
      }
    }
    return { kind: 'unknown', answer: this.#whyUnknown(), ms };
  }

  #whyUnknown(): string {
    if (this.#timedOutAfterMs !== undefined) return `no answer within ${this.#timedOutAfterMs} ms`;
    const stated = this.#session.endedBy ?? this.#errorCode;
    if (stated !== undefined) return stated;
    return this.#session.broken
      ? 'connection closed by the gateway'
      : `stream reset with code ${this.#stream.rstCode}`;
  }
}
