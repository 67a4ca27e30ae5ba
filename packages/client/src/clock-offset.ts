// The service's clock, as far as its answers tell: a machine whose own clock is wrong can still sign.
import type { Failure } from './failure.ts';

export interface ClockOffset {
  /** The time to sign with, ms since the epoch. */
  now(): number;
  /** After a failure: whether it came of our clock, which is then set by the `Date` of the answer. */
  correct(failure: Failure, signedMs: number): boolean;
}

/** The names under which AWS refuses a time. A signature that is wrong for another reason comes with a `Date` close to ours. */
const REFUSALS: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** AWS refuses after 5 minutes; from 4 on the SDKs correct. */
const SIGNIFICANT_MS = 4 * 60_000;

export function createClockOffset(now: () => number): ClockOffset {
  let offsetMs = 0;
  return {
    now: () => now() + offsetMs,
    correct({ name, serviceTimeMs }, signedMs) {
      if (serviceTimeMs === undefined || !REFUSALS.has(name)) return false;
      if (Math.abs(serviceTimeMs - signedMs) < SIGNIFICANT_MS) return false;
      offsetMs = serviceTimeMs - now();
      return true;
    },
  };
}
