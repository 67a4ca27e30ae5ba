// Detects that a store's clock was set back.
//
// Due times outlive the process, so they use the wall clock: if it is set back by an hour, everything that waits
// would wait an hour longer. A store that detects this makes it due at once; at worst an attempt comes before its
// delay is over.

/** A clock that is slewed, or an answer that takes a moment, is not a step. */
const TOLERANCE_MS = 1_000;

/**
 * No delivery is delayed for longer: a gateway's Retry-After is accepted up to a day, plus jitter. A due time
 * further away was written by a clock that was wrong then.
 */
export const LONGEST_DELAY_MS = 25 * 3_600_000;

/**
 * Takes the store's clock, and the monotonic times between which it was read. True: the clock was set back since it
 * was last read.
 */
export type StepWatch = (nowMs: number, askedAtMs: number, answeredAtMs?: number) => boolean;

export function createStepWatch(): StepWatch {
  let last = { nowMs: -Infinity, answeredAtMs: 0 };
  return (nowMs, askedAtMs, answeredAtMs = askedAtMs) => {
    const leastPassedMs = askedAtMs - last.answeredAtMs;
    const isBack = nowMs - last.nowMs < leastPassedMs - TOLERANCE_MS;
    last = { nowMs, answeredAtMs };
    return isBack;
  };
}
