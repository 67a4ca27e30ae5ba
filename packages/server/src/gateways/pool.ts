// The sessions to one gateway with one credential: opened when attempts wait, spread over addresses, replaced
// before they end, and after failures opened only with back-off. The pool never queues: `credit` says how many
// attempts may begin in this tick.
import { turnTime, type Clock } from '../clock.ts';
import { createBackOff } from './back-off.ts';
import { resolveUncached, type Endpoint, type Resolve } from './connect.ts';
import { createConnector, troubleOf } from './connector.ts';
import type { Answer, Result } from './exchange.ts';
import type { Trouble } from './gateway.ts';
import type { RequestHead } from './http2/request-writer.ts';
import type { PoolPolicy } from './policy.ts';
import { Session, type SessionOwner } from './session.ts';

export interface PoolOptions {
  readonly endpoint: Endpoint;
  readonly policy: PoolPolicy;
  readonly clock: Clock;
  /** Credit has increased. Called at most once per turn of the event loop. */
  readonly onCredit: () => void;
  readonly onTrouble: (trouble: Trouble | undefined) => void;
  /** A new session gets one attempt at a time until an answer satisfies this. */
  readonly probe?: (answer: Answer) => boolean;
  /** Whether a GOAWAY's reason means that our credential is refused. */
  readonly isCredentialFault?: (reason: string) => boolean;
  readonly resolve?: Resolve;
  /** 0 ≤ x < 1, for back-off and the order of addresses. */
  readonly random?: () => number;
}

export interface Pool {
  readonly credit: number;
  want(attempts: number): void;
  /** Sends a request in this turn. Without credit the result is `unsent` at once. `done` is called exactly once. */
  request(head: RequestHead, body: string, done: (result: Result) => void): void;
  close(graceMs: number): Promise<void>;
}

/** A session that lasted this long does not count as a failure, even if it brought no answer. */
const SETTLED_MS = 60_000;

export function createPool(options: PoolOptions): Pool {
  const { endpoint, policy, clock, resolve = resolveUncached, random = Math.random } = options;
  const monotonic = (): number => clock.monotonic();
  const turn = turnTime(clock);
  const connector = createConnector(endpoint, resolve, random, monotonic);
  const closing = new AbortController();

  /** Sessions that accept attempts. */
  const sessions: Session[] = [];
  const draining = new Set<Session>();
  /** The session of the last request. */
  let current: Session | undefined;
  let inARow = 0;
  let connecting = 0;
  let wanted = 0;
  /** Counts consecutive connections that brought no answer. */
  const backOff = createBackOff(policy.backOff, () => clock.monotonic(), random);
  let retryTimer: NodeJS.Timeout | undefined;
  let troubled = false;
  /** When a session was last destroyed because it did not answer a PING, monotonic milliseconds. */
  let muteAt = Number.NEGATIVE_INFINITY;
  let creditTold = true;
  let onEmpty: (() => void) | undefined;
  let closed: Promise<void> | undefined;

  function tellCredit(): void {
    if (!creditTold) return;
    creditTold = false;
    // Microtasks run after all streams of one read have closed: one call covers all of them.
    queueMicrotask(() => {
      creditTold = true;
      if (closing.signal.aborted) return;
      // A session may have become idle through streams that ended without an answer: it must answer a PING before
      // it has credit.
      open();
      options.onCredit();
    });
  }

  /** Reported only while nothing works: one bad address among good ones does not concern the owner. */
  function failed(trouble: Trouble): void {
    if (closing.signal.aborted) return;
    backOff.failed();
    if (sessions.length === 0) {
      troubled = true;
      options.onTrouble(trouble);
    }
    open();
  }

  function works(): void {
    if (!troubled) return;
    troubled = false;
    options.onTrouble(undefined);
  }

  /** How many sessions the attempts that wait and run need. */
  function needed(): number {
    let attempts = wanted;
    for (const session of sessions) attempts += session.inFlight;
    return Math.min(policy.maxSessions, Math.ceil(attempts / policy.maxStreams));
  }

  /** Opens the sessions that are missing. */
  function open(): void {
    if (wanted === 0 || closing.signal.aborted) return;
    let missing = needed() - connecting;
    for (const session of sessions) {
      if (!session.usable || missing <= 0) continue;
      // An idle session must answer a PING first; if another has failed to, a fresh connection is opened beside it.
      if (session.prove() > muteAt) missing--;
    }
    if (missing <= 0) return;
    if (backOff.failures > 0) {
      // One at a time, until one has brought an answer.
      if (connecting > 0) return;
      missing = 1;
      clearTimeout(retryTimer);
      const { waitMs } = backOff;
      if (waitMs > 0) {
        retryTimer = setTimeout(open, Math.ceil(waitMs));
        return;
      }
    }
    for (; missing > 0; missing--) void connectOne();
  }

  /**
   * The session for the next request: the same one until it is half full, then the emptiest. The requests of one turn
   * are one write on each session, so spread over twelve sessions they cost twelve writes, and their answers twelve
   * reads.
   */
  function next(): Session | undefined {
    if (current !== undefined && current.credit > 0 && ++inARow < policy.maxStreams / 2) return current;
    current = undefined;
    inARow = 0;
    let most = 0;
    for (const session of sessions) {
      const { credit } = session;
      if (credit <= most) continue;
      most = credit;
      current = session;
    }
    return current;
  }

  async function connectOne(): Promise<void> {
    connecting++;
    const inUse = new Map<string, number>();
    for (const { address } of sessions) inUse.set(address, (inUse.get(address) ?? 0) + 1);
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(policy.connectMs)]);
    try {
      await connector.open(inUse, signal, (connection, settings, address) => {
        // All of this happens in the same turn: the next frame of the same read may already be a GOAWAY.
        connecting--;
        const { probe } = options;
        sessions.push(new Session(connection, settings, { policy, monotonic, turn, owner, probe, address }));
        works();
        tellCredit();
      });
    } catch (error) {
      connecting--;
      failed(troubleOf(error));
    }
    leave();
  }

  const owner: SessionOwner = {
    credit: tellCredit,
    silent: open,
    mute() {
      muteAt = clock.monotonic();
    },
    // Only an answer proves that a connection is useful: some gateways send SETTINGS and then send us away.
    proved() {
      backOff.worked();
      open();
    },
    retired(session) {
      draining.add(session);
      lost(session);
    },
    gone(session) {
      if (!draining.delete(session)) lost(session);
      leave();
    },
  };

  /** A session accepts no more attempts. One that brought no answer counts as a failed connection. */
  function lost(session: Session): void {
    const at = sessions.indexOf(session);
    if (at !== -1) sessions.splice(at, 1);
    if (session.answered || clock.monotonic() - session.openedAt >= SETTLED_MS) return open();
    const reason = session.goawayReason;
    const about =
      reason !== undefined && options.isCredentialFault?.(reason) === true ? 'credential' : 'connection';
    failed({ about, answer: session.endedBy ?? 'connection closed' });
  }

  /** Lets `close` finish when nothing is left. */
  function leave(): void {
    if (sessions.length === 0 && draining.size === 0 && connecting === 0) onEmpty?.();
  }

  function closeSurplus(): void {
    if (sessions.length < 2) return;
    const idleBefore = clock.monotonic() - policy.surplusMs;
    const surplus = sessions.length - Math.max(1, needed());
    const idle = sessions.filter((session) => session.idleSince < idleBefore);
    for (const session of idle.slice(0, surplus)) session.retire('idle');
  }

  async function closeAll(graceMs: number): Promise<void> {
    closing.abort(new Error('closing'));
    clearTimeout(retryTimer);
    const { promise: empty, resolve } = Promise.withResolvers<void>();
    onEmpty = resolve;
    leave();
    const grace = setTimeout(() => {
      for (const session of draining) session.destroy('closed at the end of the grace period');
    }, graceMs);
    while (sessions.length > 0) sessions[0]?.retire('closing'); // removes it from the list
    await empty;
    clearTimeout(grace);
  }

  return {
    get credit() {
      if (closing.signal.aborted) return 0;
      let credit = 0;
      for (const session of sessions) credit += session.credit;
      return credit;
    },

    want(attempts) {
      wanted = attempts;
      if (attempts > 0) return open();
      clearTimeout(retryTimer);
      // While attempts wait nothing is in surplus, and this function is called for every push.
      closeSurplus();
    },

    request(head, body, done) {
      const session = closing.signal.aborted ? undefined : next();
      if (session === undefined) return done({ kind: 'unsent', answer: 'no stream is free', ms: 0 });
      session.request(head, body, done);
    },

    close(graceMs) {
      return (closed ??= closeAll(graceMs));
    },
  };
}
