// When and how often to retry: the standard mode of the AWS SDKs.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html, numbers from @smithy/core 3 (retry constants).

/** Maximum number of requests per call, including the first. */
export const MAX_ATTEMPTS = 3;
const BASE_DELAY_MS = 100;
const MAX_DELAY_MS = 20_000;

/** Full jitter: between 0 and 100 ms · 2ⁿ, at most 20 s. `retry` counts from 1, `random` from 0 to 1. */
export const backoffMs = (retry: number, random: number): number =>
  random * Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** (retry - 1));

/**
 * The delay before the next attempt; undefined if the service asks for more than 20 s. Such a wait is left to the caller,
 * who finds `retryAfterSeconds` on the error.
 */
export function delayMs(
  retry: number,
  retryAfterSeconds: number | undefined,
  random: number,
): number | undefined {
  const asked = (retryAfterSeconds ?? 0) * 1000;
  return asked > MAX_DELAY_MS ? undefined : Math.max(asked, backoffMs(retry, random));
}

const CAPACITY = 500;
const COST = 5;
/** A timeout has held a connection for seconds, so it costs more. */
const TIMEOUT_COST = 10;

/**
 * Shared by all calls of a client, so that a service that is down gets 1 request per call instead of 3. About 100 failed
 * attempts use it up; successes refill it.
 */
export interface RetryBudget {
  /** Takes the cost of one retry and returns it; undefined if the budget is too low. */
  take(isTimeout: boolean): number | undefined;
  /** After a success: returns the cost of its last retry to the budget, or 1 if it had no retry. */
  succeeded(lastCost: number | undefined): void;
}

export function createRetryBudget(): RetryBudget {
  let left = CAPACITY;
  return {
    take(isTimeout) {
      const cost = isTimeout ? TIMEOUT_COST : COST;
      if (left < cost) return undefined;
      left -= cost;
      return cost;
    },
    succeeded(lastCost) {
      left = Math.min(CAPACITY, left + (lastCost ?? 1));
    },
  };
}
