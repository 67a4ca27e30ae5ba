// One HTTP/2 session to a gateway: how many attempts it can take, how long it may be silent, and how it ends.
//
//   open ──GOAWAY, retire()──► draining ──last stream closed──► gone
//     └──────────FIN, RST, PING unanswered, destroy()────────────┘
import type { ClientHttp2Session, OutgoingHttpHeaders, Settings } from 'node:http2';
import type { TLSSocket } from 'node:tls';
import { Exchange, type Answer, type ExchangeSession, type Result } from './exchange.ts';
import type { PoolPolicy } from './policy.ts';

/** How a session reports to its pool. */
export interface SessionOwner {
  /** Credit rose. */
  credit(): void;
  /** Its first answer has come. */
  proved(): void;
  /** It takes no attempts until it has answered a PING. */
  silent(): void;
  /** It takes no more attempts, but some may still be under way. */
  retired(session: Session): void;
  gone(session: Session): void;
}

export interface SessionOptions {
  readonly policy: PoolPolicy;
  readonly monotonic: () => number;
  readonly owner: SessionOwner;
  /** Take one attempt at a time until one got an answer with this property. */
  readonly probe: ((answer: Answer) => boolean) | undefined;
  /** What the session runs on. */
  readonly socket: TLSSocket;
}

const NEVER = Number.POSITIVE_INFINITY;

export class Session implements ExchangeSession {
  /** The peer's address, for spreading sessions over addresses. */
  readonly address: string;
  readonly openedAt: number;
  lastStreamId = NEVER;
  endedBy: string | undefined;
  /** What the first GOAWAY gave as its reason. */
  goawayReason: string | undefined;
  /** Some answer has come back. */
  answered = false;
  readonly #h2: ClientHttp2Session;
  readonly #socket: TLSSocket;
  readonly #policy: PoolPolicy;
  readonly #monotonic: () => number;
  readonly #owner: SessionOwner;
  readonly #probe: ((answer: Answer) => boolean) | undefined;
  /** Not yet timed out, oldest first. */
  readonly #waiting = new Set<Exchange>();
  /** Streams that have not closed, timed out or not. */
  #streams = 0;
  #requests = 0;
  #limit = 0;
  #probed: boolean;
  #state: 'open' | 'draining' | 'gone' = 'open';
  #heardAt: number;
  #starvedSince: number | undefined;
  #pingSentAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #wakeAt = NEVER;

  /** Of a session whose peer has just sent its first SETTINGS; call it in that very event, or later ones are missed. */
  constructor(h2: ClientHttp2Session, settings: Settings, options: SessionOptions) {
    this.#h2 = h2;
    this.#policy = options.policy;
    this.#monotonic = options.monotonic;
    this.#owner = options.owner;
    this.#probe = options.probe;
    this.#probed = options.probe === undefined;
    this.#socket = options.socket;
    this.address = options.socket.remoteAddress ?? '';
    this.openedAt = this.#monotonic();
    this.#heardAt = this.openedAt;
    h2.on('remoteSettings', (settings) => this.#obey(settings));
    h2.on('goaway', (code, lastStreamId, debug) => this.#goaway(code, lastStreamId, debug));
    h2.on('error', (error: NodeJS.ErrnoException) => {
      this.endedBy ??= error.code ?? error.message;
    });
    h2.on('close', () => this.#gone());
    this.#obey(settings);
    this.#schedule();
  }

  /** How many attempts may begin now. None while a PING is unanswered: they might be lost with the peer. */
  get credit(): number {
    if (!this.usable || this.#h2.destroyed) return 0;
    return Math.max(0, (this.#probed ? this.#limit : Math.min(1, this.#limit)) - this.#streams);
  }

  get broken(): boolean {
    return this.#h2.destroyed;
  }

  get inFlight(): number {
    return this.#streams;
  }

  /** Whether it is worth counting on: open, and not silent when it should speak. */
  get usable(): boolean {
    return this.#state === 'open' && this.#pingSentAt === undefined;
  }

  get idleSince(): number {
    return this.#streams > 0 ? NEVER : this.#heardAt;
  }

  /** Sends a request; HEADERS leave in this tick. Only with credit. */
  request(headers: OutgoingHttpHeaders, body: string, done: (result: Result) => void): void {
    const stream = this.#h2.request(headers);
    this.#streams++;
    const exchange = new Exchange(stream, this, this.#monotonic, (result) => {
      if (result.kind === 'answered') {
        if (!this.answered) {
          this.answered = true;
          this.#owner.proved();
        }
        if (!this.#probed && this.#probe?.(result) === true) {
          this.#probed = true;
          this.#owner.credit();
        }
      }
      done(result);
    });
    this.#waiting.add(exchange);
    stream.end(body);
    // Identifiers of streams are not used again (RFC 9113 §5.1.1): at 20,000 pushes/s they last for 15 hours.
    if (++this.#requests >= this.#policy.maxRequests) this.retire('identifiers of streams used up');
    // Under load the timer is already set and fires once in a while, not once per attempt.
    if (this.#wakeAt > exchange.startedAt + this.#policy.overdueMs) this.#schedule();
  }

  heard(): void {
    this.#heardAt = this.#monotonic();
  }

  ended(exchange: Exchange): void {
    this.#waiting.delete(exchange);
    this.#streams--;
    if (this.#state === 'open') this.#owner.credit();
    else if (this.#state === 'draining') this.#closeWhenIdle();
  }

  retire(reason: string): void {
    if (this.#state !== 'open') return;
    this.#state = 'draining';
    this.endedBy ??= reason;
    this.#owner.retired(this);
    this.#closeWhenIdle();
  }

  /** Ends it with everything on it, which becomes unknown. */
  destroy(reason: string): void {
    this.retire(reason);
    this.endedBy = reason;
    this.#h2.destroy();
    this.#socket.destroy();
  }

  #obey(settings: Settings): void {
    // Absent means unlimited (RFC 9113 §6.5.2). Streams above a limit that shrank go on; there is no credit until enough ended.
    const before = this.credit;
    this.#limit = Math.min(settings.maxConcurrentStreams ?? NEVER, this.#policy.maxStreams);
    this.#starvedSince = this.#limit > 0 ? undefined : (this.#starvedSince ?? this.#monotonic());
    if (this.#starvedSince !== undefined) this.#schedule();
    if (this.credit > before) this.#owner.credit();
  }

  #goaway(code: number, lastStreamId: number, debug: Buffer | undefined): void {
    // Node destroys the session right after this event when the code is not zero: remember which streams were processed.
    // A graceful shutdown sends two, the first with the highest id there is (RFC 9113 §6.8).
    this.lastStreamId = Math.min(this.lastStreamId, lastStreamId);
    this.goawayReason ??= reasonOf(debug);
    this.retire(`GOAWAY ${code}${this.goawayReason === undefined ? '' : ` ${this.goawayReason}`}`);
  }

  #closeWhenIdle(): void {
    if (this.#streams > 0) return;
    // In the next turn, so that Node is done with the stream that has just closed.
    setImmediate(() => {
      this.#h2.destroy();
      // Node now waits for the peer to close as well; not every peer does after its GOAWAY.
      this.#socket.destroySoon();
    });
  }

  #gone(): void {
    if (this.#state === 'gone') return;
    this.endedBy ??= 'connection closed by the gateway';
    this.#state = 'gone';
    clearTimeout(this.#timer);
    this.#owner.gone(this);
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
    const { attemptMs, connectMs, idlePingMs, overdueMs, pingAnswerMs } = this.#policy;
    const [oldest] = this.#waiting;
    const starved = this.#starvedSince === undefined ? NEVER : this.#starvedSince + connectMs;
    if (this.#pingSentAt !== undefined) {
      return Math.min(starved, this.#pingSentAt + pingAnswerMs, (oldest?.startedAt ?? NEVER) + attemptMs);
    }
    if (oldest === undefined) return Math.min(starved, this.#heardAt + (idlePingMs ?? NEVER));
    return Math.min(
      starved,
      oldest.startedAt + attemptMs,
      Math.max(oldest.startedAt, this.#heardAt) + overdueMs,
    );
  }

  #wake(): void {
    if (this.#h2.destroyed) return; // `close` follows
    const { attemptMs, connectMs, idlePingMs, overdueMs, pingAnswerMs } = this.#policy;
    const now = this.#monotonic();
    if (this.#pingSentAt !== undefined && now - this.#pingSentAt >= pingAnswerMs) {
      this.destroy(`no answer to PING within ${pingAnswerMs} ms`);
      return;
    }
    for (const exchange of this.#waiting) {
      if (now - exchange.startedAt < attemptMs) break;
      this.#waiting.delete(exchange);
      exchange.expire(attemptMs);
    }
    if (this.#starvedSince !== undefined && now - this.#starvedSince >= connectMs) {
      this.#starvedSince = undefined;
      this.retire(`no stream allowed for ${connectMs} ms`);
    }
    const [oldest] = this.#waiting;
    const silentSince = oldest === undefined ? this.#heardAt : Math.max(oldest.startedAt, this.#heardAt);
    const patienceMs = oldest === undefined ? (idlePingMs ?? NEVER) : overdueMs;
    if (this.#pingSentAt === undefined && now - silentSince >= patienceMs) this.#ping();
    this.#schedule();
  }

  #ping(): void {
    this.#pingSentAt = this.#monotonic();
    // Node never gives up on a PING by itself; #wake does.
    this.#h2.ping((error) => {
      if (error) return; // the session is gone, which `close` reports
      this.#pingSentAt = undefined;
      this.heard();
      this.#schedule();
      if (this.credit > 0) this.#owner.credit();
    });
    this.#owner.silent();
  }
}

/** Both gateways explain a GOAWAY in its debug bytes: Apple as `{"reason":"…"}`, Google as text. */
function reasonOf(debug: Buffer | undefined): string | undefined {
  if (debug === undefined || debug.length === 0) return undefined;
  const text = debug.toString('utf8').slice(0, 200);
  try {
    const { reason } = JSON.parse(text) as { reason?: unknown };
    return typeof reason === 'string' ? reason : text;
  } catch {
    return text; // not JSON: the text is the reason
  }
}
