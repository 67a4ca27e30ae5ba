// How long to wait before retrying: exponential back-off with full jitter, so that many nodes do not come back
// together (aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter).

export interface BackOffLimits {
  readonly firstMs: number;
  readonly mostMs: number;
}

export interface BackOff {
  /** Consecutive failures. */
  readonly failures: number;
  /** Milliseconds until the next try may begin; 0 or less: it may begin now. */
  readonly waitMs: number;
  failed(): void;
  worked(): void;
}

/** After n failures, waits between 0 and `firstMs` · 2ⁿ⁻¹, at most `mostMs`; `random` returns 0 ≤ x < 1. */
export function createBackOff(limits: BackOffLimits, monotonic: () => number, random: () => number): BackOff {
  let failures = 0;
  let readyAt = Number.NEGATIVE_INFINITY;
  return {
    get failures() {
      return failures;
    },
    get waitMs() {
      return readyAt - monotonic();
    },
    failed() {
      readyAt =
        monotonic() + random() * Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(failures, 30));
      failures++;
    },
    worked() {
      failures = 0;
      readyAt = Number.NEGATIVE_INFINITY;
    },
  };
}
