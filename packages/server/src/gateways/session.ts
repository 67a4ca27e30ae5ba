// One HTTP/2 session to a gateway: how many attempts it accepts, how long it may be silent, and how it ends.
//
//   open ──GOAWAY, retire()──► draining ──last stream closed──► gone
//     └──────────FIN, RST, PING unanswered, destroy()────────────┘
import { Exchange, resultOf, type Answer, type ExchangeSession, type Result } from './exchange.ts';
import type { ConnectionOwner } from './http2/connection-owner.ts';
import type { Connection } from './http2/connection.ts';
import { ERROR_CODE } from './http2/error-codes.ts';
import type { RequestHead } from './http2/request-writer.ts';
import type { PeerSettings } from './http2/settings.ts';
import type { PoolPolicy } from './policy.ts';

/** How a session reports to its pool. */
export interface SessionOwner {
  /** Credit has increased. */
  credit(): void;
  /** The first answer has arrived. */
  proved(): void;
  /** It accepts no attempts until it has answered a PING. */
  silent(): void;
  /** Its PING was not answered: other sessions that have been silent since may be lost, too. */
  mute(): void;
  /** It accepts no more attempts, but some may still be running. */
  retired(session: Session): void;
  gone(session: Session): void;
}

export interface SessionOptions {
  readonly policy: PoolPolicy;
  readonly monotonic: () => number;
  /** The same as of this turn of the event loop, which costs less to ask. Default: `monotonic`. */
  readonly turn?: () => number;
  readonly owner: SessionOwner;
  /** Accept one attempt at a time until an answer satisfies this. */
  readonly probe: ((answer: Answer) => boolean) | undefined;
  /** The peer's address, for spreading sessions over addresses. */
  readonly address: string;
}

const NEVER = Number.POSITIVE_INFINITY;

export class Session implements ExchangeSession, ConnectionOwner<Exchange> {
  readonly address: string;
  readonly openedAt: number;
  endedBy: string | undefined;
  /** The reason in the first GOAWAY. */
  goawayReason: string | undefined;
  /** An answer has arrived. */
  answered = false;
  readonly #connection: Connection<Exchange>;
  readonly #policy: PoolPolicy;
  readonly #monotonic: () => number;
  readonly #turn: () => number;
  readonly #owner: SessionOwner;
  readonly #probe: ((answer: Answer) => boolean) | undefined;
  #requests = 0;
  /** Absent means unlimited (RFC 9113 §6.5.2). */
  #limit: number;
  #probed: boolean;
  #state: 'open' | 'draining' | 'gone' = 'open';
  #heardAt: number;
  /** A GOAWAY with an error: the remaining answers may never come. */
  #goawayError: string | undefined;
  #starvedSince: number | undefined;
  #pingSentAt: number | undefined;
  /** The PING asks whether attempts may begin after an idle period. */
  #proving = false;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = NEVER;

  /**
   * Takes a connection whose peer has just sent its first SETTINGS. Call it in that same event, or later ones are
   * missed.
   */
  constructor(connection: Connection<Exchange>, settings: PeerSettings, options: SessionOptions) {
    this.#connection = connection;
    this.#policy = options.policy;
    this.#monotonic = options.monotonic;
    this.#turn = options.turn ?? options.monotonic;
    this.#owner = options.owner;
    this.#probe = options.probe;
    this.#probed = options.probe === undefined;
    this.#limit = options.policy.maxStreams;
    this.address = options.address;
    this.openedAt = this.#monotonic();
    this.#heardAt = this.openedAt;
    connection.owner = this;
    this.settings(settings);
    this.#schedule();
  }

  /** How many attempts may begin now. None while a PING is unanswered or due: they might be lost with the peer. */
  get credit(): number {
    if (!this.usable || this.#proving || this.#stale || this.#connection.closed || !this.#connection.writable)
      return 0;
    return Math.max(0, (this.#probed ? this.#limit : Math.min(1, this.#limit)) - this.#connection.streams);
  }

  get inFlight(): number {
    return this.#connection.streams;
  }

  /** Whether the session can be relied on: open, and not silent when it should answer. */
  get usable(): boolean {
    return this.#state === 'open' && (this.#pingSentAt === undefined || this.#proving);
  }

  /** Idle for so long that the route to the peer may have silently disappeared. */
  get #stale(): boolean {
    // Evaluated for every session on every push.
    return this.#connection.streams === 0 && this.#turn() - this.#heardAt >= this.#policy.idleTrustMs;
  }

  /** Sends a PING if attempts would wait for one. Returns since when there has been no sign of life. */
  prove(): number {
    if (this.#pingSentAt === undefined && this.#stale) {
      this.#proving = true;
      this.#ping();
    }
    return this.#proving ? this.#heardAt : NEVER;
  }

  get idleSince(): number {
    return this.#connection.streams > 0 ? NEVER : this.#heardAt;
  }

  /** Begins a request, whose bytes are sent in this turn of the event loop. Only with credit. */
  request(head: RequestHead, body: string, done: (result: Result) => void): void {
    const exchange = new Exchange(this.#monotonic(), done);
    this.#connection.request(exchange, head, body);
    // Stream identifiers are not reused (RFC 9113 §5.1.1): at 20,000 pushes/s they last for 15 hours.
    if (++this.#requests >= this.#policy.maxRequests) this.retire('stream identifiers used up');
    // Under load the timer is already set; it fires occasionally, not once per attempt.
    if (this.#wakeAt > exchange.startedAt + this.#policy.overdueMs) this.#schedule();
  }

  heard(): void {
    this.#heardAt = this.#turn();
  }

  ended(exchange: Exchange): void {
    const result = resultOf(exchange, this, this.#monotonic());
    if (result.kind === 'answered') {
      if (!this.answered) {
        this.answered = true;
        this.#owner.proved();
      }
      if (!this.#probed && this.#probe?.(result) === true) this.#probed = true;
    }
    exchange.done(result);
    if (this.#state === 'open') this.#owner.credit();
    else this.#closeWhenIdle();
  }

  retire(reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.endedBy ??= reason;
    this.#owner.retired(this);
    this.#closeWhenIdle();
  }

  /** Ends the session; all its attempts become unknown. */
  destroy(reason: string): void {
    this.retire(reason);
    this.endedBy = reason;
    this.#connection.abort();
  }

  settings({ maxConcurrentStreams }: PeerSettings): void {
    // Streams above a reduced limit continue; there is no credit until enough have ended.
    const before = this.credit;
    this.#limit = Math.min(maxConcurrentStreams ?? this.#limit, this.#policy.maxStreams);
    this.#starvedSince = this.#limit > 0 ? undefined : (this.#starvedSince ?? this.#monotonic());
    if (this.#starvedSince !== undefined) this.#schedule();
    if (this.credit > before) this.#owner.credit();
  }

  goaway(code: number, debug: Buffer): void {
    this.goawayReason ??= reasonOf(debug);
    const told = `GOAWAY ${code}${this.goawayReason === undefined ? '' : ` ${this.goawayReason}`}`;
    if (code !== ERROR_CODE.NO_ERROR) this.#goawayError ??= told;
    this.retire(told);
  }

  pong(): void {
    if (this.#pingSentAt === undefined) return;
    this.#pingSentAt = undefined;
    this.#proving = false;
    this.heard();
    this.#schedule();
    this.writable();
  }

  writable(): void {
    if (this.credit > 0) this.#owner.credit();
  }

  broken(why: NodeJS.ErrnoException | undefined): void {
    this.endedBy ??= why?.code ?? why?.message;
  }

  closed(): void {
    if (this.#state === 'gone') return;
    this.endedBy ??= 'connection closed by the gateway';
    this.#state = 'gone';
    clearTimeout(this.#timer);
    this.#owner.gone(this);
  }

  #closeWhenIdle(): void {
    if (this.#connection.streams === 0) this.#connection.close();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#state === 'gone') return;
    const now = this.#monotonic();
    this.#wakeAt = this.#nextWake();
    if (this.#wakeAt === NEVER) return;
    this.#timer = setTimeout(() => this.#wake(), Math.max(1, Math.ceil(this.#wakeAt - now)));
  }

  #nextWake(): number {
    const { attemptMs, connectMs, idlePingMs, overdueMs } = this.#policy;
    const [oldest] = this.#connection;
    const starved = this.#starvedSince === undefined ? NEVER : this.#starvedSince + connectMs;
    if (this.#pingSentAt !== undefined) {
      return Math.min(starved, this.#pingSentAt + this.#answerMs, (oldest?.startedAt ?? NEVER) + attemptMs);
    }
    if (oldest === undefined) return Math.min(starved, this.#heardAt + (idlePingMs ?? NEVER));
    return Math.min(
      starved,
      oldest.startedAt + attemptMs,
      Math.max(oldest.startedAt, this.#heardAt) + overdueMs,
    );
  }

  #wake(): void {
    if (this.#state === 'gone') return;
    const { attemptMs, connectMs, idlePingMs, overdueMs } = this.#policy;
    const now = this.#monotonic();
    if (this.#pingSentAt !== undefined && now - this.#pingSentAt >= this.#answerMs) {
      this.#owner.mute();
      this.destroy(`no answer to PING within ${this.#answerMs} ms`);
      return;
    }
    for (const exchange of this.#connection) {
      if (now - exchange.startedAt < attemptMs) break;
      // Reset the stream, or it would keep its slot (github.com/jchambers/pushy/issues/732).
      this.#connection.cancel(exchange);
      exchange.reset = this.#goawayError ?? `no answer within ${attemptMs} ms`;
      this.ended(exchange);
    }
    if (this.#starvedSince !== undefined && now - this.#starvedSince >= connectMs) {
      this.#starvedSince = undefined;
      this.retire(`no stream allowed for ${connectMs} ms`);
    }
    const [oldest] = this.#connection;
    const silentSince = oldest === undefined ? this.#heardAt : Math.max(oldest.startedAt, this.#heardAt);
    const pingAfterMs = oldest === undefined ? (idlePingMs ?? NEVER) : overdueMs;
    if (this.#pingSentAt === undefined && now - silentSince >= pingAfterMs) this.#ping();
    this.#schedule();
  }

  /** How long the current PING may be unanswered. */
  get #answerMs(): number {
    return this.#proving ? this.#policy.proofMs : this.#policy.pingAnswerMs;
  }

  #ping(): void {
    this.#pingSentAt = this.#monotonic();
    this.#connection.ping();
    if (this.#proving) this.#schedule();
    else this.#owner.silent();
  }
}

/** Both gateways explain a GOAWAY in its debug bytes: Apple as `{"reason":"…"}`, Google as text. */
function reasonOf(debug: Buffer): string | undefined {
  if (debug.length === 0) return undefined;
  const text = debug.toString('utf8').slice(0, 200);
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return typeof reason === 'string' ? reason : text;
  } catch {
    return text; // not JSON: the whole text is the reason
  }
}
