// Every number of delivery, in one place, each with its source.
//
// Apple: "Handling notification responses from APNs"; Google: FCM "Scale your FCM sends" and ErrorCode reference.

/** Delays before a delivery is tried again. */
export const DELAY = {
  /**
   * APNs 5xx, refused streams, lost answers. Apple's "retry after 15 minutes" is meant for outages, which the
   * breaker handles; so a single 503 waits a second.
   */
  apnsBaseMs: 1_000,
  apnsMaxMs: 15 * 60_000,
  /** FCM: "wait at least 10 seconds before retrying" after 5xx and time-outs. */
  fcmBaseMs: 10_000,
  fcmMaxMs: 15 * 60_000,
  /** FCM 429 without Retry-After: 60 seconds. */
  fcmQuotaMs: 60_000,
  /** A verdict `again` is retried at once, but a gateway that always returns it must not cause a busy loop. */
  againFreeAttempts: 2,
  /**
   * Attempts that were never sent are retried from memory this often, then wait as after a first error, however
   * often that was.
   */
  unsentFreeAttempts: 3,
} as const;

/** One device gets too many pushes. */
export const DEVICE_PAUSE = {
  /** APNs TooManyRequests has no Retry-After: we wait as long as FCM's minute bucket. */
  baseMs: 60_000,
  /**
   * A Retry-After may be shorter, but no pause is. Each consecutive pause is twice the last, up to `mostMs` unless
   * the gateway asks for more.
   */
  leastMs: 1_000,
  mostMs: 15 * 60_000,
  /** Deliveries waiting for a pause become due again within this time after it. */
  spreadMs: 10_000,
} as const;

/** When a breaker opens and how it probes. */
export const BREAKER = {
  /** Based on the answers of the last 10 seconds: at least 10 of them, half of them failures. */
  windowMs: 10_000,
  minAnswers: 10,
  badShare: 0.5,
  baseMs: 1_000,
  maxMs: 60_000,
  /** A refused credential does not recover within a second. */
  credentialBaseMs: 15_000,
  credentialMaxMs: 5 * 60_000,
} as const;

/** A jump of refused tokens may be a wrong environment or a mass uninstall (quarantine.ts). */
export const QUARANTINE = {
  /** Based on the last answer for each token in the last minute: at least 20 of them, half of them refused. */
  windowMs: 60_000,
  minTokens: 20,
  refusedShare: 0.5,
  mostTokens: 1_000,
  /**
   * A channel that accepts at least this many tokens, and this share compared to those it refuses, is healthy, and
   * trusted for this long.
   */
  minLiving: 10,
  livingShare: 0.25,
  trustMs: 10 * 60_000,
  /**
   * If a token is refused again after this time, the refusal is trusted. It gives an operator time to see the log or
   * an alert.
   */
  againMs: 5 * 60_000,
  /** Deliveries waiting for that become due again within this time after it. */
  jitterMs: 30_000,
  quietMs: 3_600_000,
  mostNotes: 10_000,
} as const;

export const NODE_LEASE = {
  beatEveryMs: 3_000,
  ttlMs: 10_000,
  /** No attempt begins if the last answered heartbeat is older than this, by the monotonic clock. */
  trustMs: 7_000,
  /** An abandoned name is replaced once nothing is running, which is checked this often. */
  quietEveryMs: 250,
} as const;

/**
 * A registration counts as alive for this long after it was read (promise: after a delete, other nodes stop within
 * a second).
 */
export const LIVENESS_MS = 1_000;
/**
 * How long a revoked registration is remembered: longer than a delivery can be in memory without its registration
 * being read again.
 */
export const REVOKED_KEPT_MS = 60_000;
/** How often each node polls for due work that no hint announced. */
export const POLL_MS = 1_000;
/** A push that is not stored waits this long for a stream: its caller is waiting, too. */
export const DIRECT_WAIT_MS = 10_000;
/** A gateway that accepted nothing for this long keeps nothing in this node's memory: another node may reach it. */
export const UNREACHABLE_MS = 5_000;
/**
 * How often each node looks for expired deliveries of a gateway that accepts nothing, and at how many of the
 * oldest.
 */
export const OVERDUE = { everyMs: 30_000, atMost: 1_000 } as const;
/**
 * A channel that this node does not know may be new, and another node's settings newer: its deliveries wait this
 * long.
 */
export const CHANNEL_MISSING = { againMs: 5_000, endsMs: 10 * 60_000 } as const;
/** A contact that cannot be read needs a person to repair it: its deliveries are retried this often until they expire. */
export const UNREADABLE_AGAIN_MS = 60_000;
/** Attempts that begin in one turn of the event loop, for all gateways together, and the milliseconds that they may take. */
export const ATTEMPTS_PER_TURN = 64;
export const ATTEMPTS_MS = 2;
/**
 * A gateway that left a push waiting for this long and answered nothing else meanwhile is out. A healthy one takes
 * milliseconds.
 */
export const SILENT_MS = 5_000;
/** A channel that stays out, or goes out again and again, is reported this often. */
export const OUTAGE_TOLD_EVERY_MS = 60_000;
/** At this many settlements waiting for the store, no new attempts begin. */
export const MAX_UNSETTLED = 10_000;

/** Full jitter: anything between 0 and base·2ⁿ, at most max; `random` is in [0, 1). */
export function backOffMs(attempts: number, baseMs: number, maxMs: number, random: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempts, 30));
  return Math.round(random * ceiling);
}
