// Every number of delivery, in one place, each with where it comes from.
//
// Apple: "Handling notification responses from APNs"; Google: FCM "Scale your FCM sends" and ErrorCode reference.

/** Delays before a delivery is tried again. */
export const DELAY = {
  /** APNs 5xx, refused streams, lost answers. Apple's "retry after 15 minutes" is for storms: the breaker is our answer to those, so a single 503 waits a second. */
  apnsBaseMs: 1_000,
  apnsMaxMs: 15 * 60_000,
  /** FCM: "wait at least 10 seconds before retrying" after 5xx and time-outs. */
  fcmBaseMs: 10_000,
  fcmMaxMs: 15 * 60_000,
  /** FCM 429 without Retry-After: 60 seconds. */
  fcmQuotaMs: 60_000,
  /** A verdict `again` is repeated at once, but a gateway that says it for ever must not spin. */
  againFreeAttempts: 2,
  /** Attempts that never left are repeated from memory this often, then wait as after a first error, however often that was. */
  unsentFreeAttempts: 3,
} as const;

/** One device flooded. */
export const DEVICE_PAUSE = {
  /** APNs TooManyRequests has no Retry-After: as long as FCM's minute bucket. */
  baseMs: 60_000,
  /** A Retry-After may be shorter, but no pause is; each in a row is twice the last, up to `mostMs` where none asks for more. */
  leastMs: 1_000,
  mostMs: 15 * 60_000,
  /** What waits for a pause is due again within so long after it. */
  spreadMs: 10_000,
} as const;

/** When a breaker opens and how it probes. */
export const BREAKER = {
  /** Looked at: answers of the last 10 seconds, at least 10 of them, half of them bad. */
  windowMs: 10_000,
  minAnswers: 10,
  badShare: 0.5,
  baseMs: 1_000,
  maxMs: 60_000,
  /** A refused credential does not recover within a second. */
  credentialBaseMs: 15_000,
  credentialMaxMs: 5 * 60_000,
} as const;

/** A jump of refused tokens may be a mixed-up environment or a mass uninstall (quarantine.ts). */
export const QUARANTINE = {
  /** Looked at: what was last said of each token in the last minute, of at least 20 of them, half of them refused. */
  windowMs: 60_000,
  minTokens: 20,
  refusedShare: 0.5,
  mostTokens: 1_000,
  /** A channel that accepts so many tokens, and so many beside those it refuses, is well, and believed for so long. */
  minLiving: 10,
  livingShare: 0.25,
  trustMs: 10 * 60_000,
  /** A token that is refused again so much later is believed. Time for an operator to see the log or an alert. */
  againMs: 5 * 60_000,
  /** What waits for that is due again within so long after it. */
  jitterMs: 30_000,
  quietMs: 3_600_000,
  mostNotes: 10_000,
} as const;

export const NODE_LEASE = {
  beatEveryMs: 3_000,
  ttlMs: 10_000,
  /** No attempt begins when the last answered beat is older than this, by the monotonic clock. */
  trustMs: 7_000,
  /** A name that was given up waits for quiet, looked for so often. */
  quietEveryMs: 250,
} as const;

/** A registration counts as alive for so long after it was read (promise: delete means stop within a second on other nodes). */
export const LIVENESS_MS = 1_000;
/** How long a revoked registration is remembered: longer than any delivery in memory can be without a new look. */
export const REVOKED_KEPT_MS = 60_000;
/** How often each node looks for due work that nobody told it of. */
export const POLL_MS = 1_000;
/** A push that is not kept waits so long for a stream: its caller waits, too. */
export const DIRECT_WAIT_MS = 10_000;
/** A gateway that could take nothing for so long keeps nothing in this node's memory: another node may reach it. */
export const UNREACHABLE_MS = 5_000;
/** How often, and at how many of the oldest, each node looks for expired deliveries of a gateway that takes nothing. */
export const OVERDUE = { everyMs: 30_000, atMost: 1_000 } as const;
/** A channel that this node does not know may be new, and another node's settings newer: so long its deliveries wait. */
export const CHANNEL_MISSING = { againMs: 5_000, endsMs: 10 * 60_000 } as const;
/** A contact that cannot be read needs a person to repair it: its deliveries are retried this often until they expire. */
export const UNREADABLE_AGAIN_MS = 60_000;
/** Attempts that begin in one turn of the event loop, by all gateways together: 5 ms at 80 µs each. */
export const ATTEMPTS_PER_TURN = 64;
/** A gateway that let a push wait for so long and answered nothing else meanwhile is out. A healthy one takes milliseconds. */
export const SILENT_MS = 5_000;
/** A channel that stays out, or goes out again and again, is told of so often. */
export const OUTAGE_TOLD_EVERY_MS = 60_000;
/** Settlements that may wait for the store before no new attempts begin. */
export const MAX_UNSETTLED = 10_000;

/** Full jitter: anything between 0 and base·2ⁿ, at most max; `random` is in [0, 1). */
export function backOffMs(attempts: number, baseMs: number, maxMs: number, random: number): number {
  const ceiling = Math.min(maxMs, baseMs * 2 ** Math.min(attempts, 30));
  return Math.round(random * ceiling);
}
