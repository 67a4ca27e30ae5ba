// Notices that a store's clock was set back.
//
// Due times outlive the process, so they are kept by the wall clock: set back by an hour, it would have everything that
// waits wait an hour more. A store that notices makes it due at once; at worst an attempt comes before its delay is over.

/** A clock that is slewed, or whose answer takes a moment, was not set. */
const TOLERANCE_MS = 1_000;

/**
 * No delivery is put off for longer: a gateway's Retry-After is believed up to a day, and jitter comes on top. A due time
 * further away was written by a clock that was wrong then.
 */
export const LONGEST_DELAY_MS = 25 * 3_600_000;

/**
 * Takes what the store's clock says, and the monotonic times between which it said so. True: the clock was set back since it
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
