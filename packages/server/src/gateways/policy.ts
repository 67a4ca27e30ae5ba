// How to treat one kind of gateway, as values: the pool knows HTTP/2, a policy knows Apple or Google.

import type { BackOffLimits } from './back-off.ts';

export interface PoolPolicy {
  /** Most sessions at a time to one gateway with one credential, those that drain not counted. */
  readonly maxSessions: number;
  /** Our own limit on streams per session; the peer's MAX_CONCURRENT_STREAMS counts when it is smaller. */
  readonly maxStreams: number;
  /** After so many requests a session is replaced. */
  readonly maxRequests: number;
  /** From the start of a connection (name, TCP, TLS, SETTINGS) until it is given up. */
  readonly connectMs: number;
  /** From HEADERS to the last byte of the answer. After that the stream is reset and the attempt is `unknown`. */
  readonly attemptMs: number;
  /** An attempt this old on a session that has said nothing for as long makes us ask with a PING. */
  readonly overdueMs: number;
  /** A PING unanswered for so long means that the peer is gone: the session is destroyed. */
  readonly pingAnswerMs: number;
  /** A session without attempts that has been silent for so long takes none before it has answered a PING. */
  readonly idleTrustMs: number;
  /** How long that answer may take, before a fresh connection takes its place. */
  readonly proofMs: number;
  /** PING a session that has been silent for so long; absent: never. */
  readonly idlePingMs?: number;
  /** Sessions beyond what is needed are closed when they have been idle for so long. The last one stays. */
  readonly surplusMs: number;
  /** Waiting before the next connection after n failures: random between 0 and `firstMs` · 2ⁿ⁻¹, `mostMs` at the most. */
  readonly backOff: BackOffLimits;
}

const EITHER = {
  maxRequests: 1_000_000_000,
  connectMs: 10_000,
  // Google's own RPCs wait 10 s and ask senders to do so too; Apple gives no number, and now and then never answers a
  // single push (github.com/jchambers/pushy/issues/816).
  attemptMs: 10_000,
  overdueMs: 5_000,
  pingAnswerMs: 5_000,
  // What a NAT or firewall forgot shows as silence. A round trip before the first push of a while costs a phone nothing;
  // a push into the silence costs ten seconds, and on FCM perhaps a second notification. Google counts PINGs only where no
  // request follows.
  idleTrustMs: 3_000,
  proofMs: 1_000,
  surplusMs: 600_000,
  // Opening and closing quickly counts as an attack with Apple, which then refuses connections for a while.
  backOff: { firstMs: 1_000, mostMs: 60_000 },
} as const;

/**
 * Apple: few connections for hours to days, up to 1,000 streams on each (seen), a PING after an idle hour. 4,000 attempts
 * in flight are 20,000 pushes/s even at 200 ms; more connections do not help one Node thread (measured: 28,700/s on one,
 * 25,000/s on four).
 */
export const APNS_POLICY: PoolPolicy = {
  ...EITHER,
  maxSessions: 4,
  maxStreams: 1_000,
  idlePingMs: 3_600_000,
};

/**
 * Google: 100 streams per connection (firebase-admin sets the same; more earned a GOAWAY), so that 10,000 pushes/s, the
 * default quota of a project, need ten at 100 ms. Idle connections are closed by Google, and PINGs while idle earned
 * ENHANCE_YOUR_CALM `too_many_pings` (github.com/codedge-llc/pigeon/issues/81): none then.
 */
export const FCM_POLICY: PoolPolicy = { ...EITHER, maxSessions: 12, maxStreams: 100 };
