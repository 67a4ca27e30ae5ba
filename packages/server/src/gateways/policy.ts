// How to treat one kind of gateway, as values: the pool knows HTTP/2, a policy knows Apple or Google.

import type { BackOffLimits } from './back-off.ts';

export interface PoolPolicy {
  /** Maximum concurrent sessions to one gateway with one credential, not counting draining ones. */
  readonly maxSessions: number;
  /** Our own limit on streams per session; the peer's MAX_CONCURRENT_STREAMS applies if it is smaller. */
  readonly maxStreams: number;
  /** A session is replaced after this many requests. */
  readonly maxRequests: number;
  /** Time limit for opening a connection (name, TCP, TLS, SETTINGS). */
  readonly connectMs: number;
  /** From HEADERS to the last byte of the answer. After that the stream is reset and the attempt is `unknown`. */
  readonly attemptMs: number;
  /** If an attempt is this old and its session has received nothing for as long, we send a PING. */
  readonly overdueMs: number;
  /** If a PING is unanswered for this long, the peer is gone: the session is destroyed. */
  readonly pingAnswerMs: number;
  /** A session without attempts that has been silent for this long accepts none until it has answered a PING. */
  readonly idleTrustMs: number;
  /** How long that answer may take before a fresh connection replaces the session. */
  readonly proofMs: number;
  /** PING a session that has been silent for this long; absent: never. */
  readonly idlePingMs?: number;
  /** Sessions that are not needed are closed after this long idle. The last one stays. */
  readonly surplusMs: number;
  /** Wait before the next connection after n failures: random between 0 and `firstMs` · 2ⁿ⁻¹, at most `mostMs`. */
  readonly backOff: BackOffLimits;
}

const EITHER = {
  maxRequests: 1_000_000_000,
  connectMs: 10_000,
  // Google's own RPCs wait 10 s and it asks senders to do the same; Apple gives no number, and occasionally never
  // answers a single push (github.com/jchambers/pushy/issues/816).
  attemptMs: 10_000,
  overdueMs: 5_000,
  pingAnswerMs: 5_000,
  // A connection that a NAT or firewall has forgotten is silent. A round trip before the first push after a pause
  // costs a phone nothing; a push into the silence costs ten seconds, and on FCM perhaps a second notification.
  // Google counts only PINGs that no request follows.
  idleTrustMs: 3_000,
  proofMs: 1_000,
  surplusMs: 600_000,
  // Apple treats opening and closing connections quickly as an attack, and then refuses connections for a while.
  backOff: { firstMs: 1_000, mostMs: 60_000 },
} as const;

/**
 * Apple: few connections for hours to days, up to 1,000 streams on each (observed), a PING after an idle hour.
 * 4,000 attempts in flight are 20,000 pushes/s even at 200 ms; more connections do not help one Node thread
 * (measured: 28,700/s on one, 25,000/s on four).
 */
export const APNS_POLICY: PoolPolicy = {
  ...EITHER,
  maxSessions: 4,
  maxStreams: 1_000,
  idlePingMs: 3_600_000,
};

/**
 * Google: 100 streams per connection (firebase-admin uses the same; more caused a GOAWAY), so that 10,000 pushes/s,
 * the default quota of a project, need ten connections at 100 ms. Google closes idle connections, and PINGs on idle
 * ones caused ENHANCE_YOUR_CALM `too_many_pings` (github.com/codedge-llc/pigeon/issues/81), so we send none.
 */
export const FCM_POLICY: PoolPolicy = { ...EITHER, maxSessions: 12, maxStreams: 100 };
