// The service's clock, taken from its answers, so that a machine with a wrong clock can still sign.
import type { Failure } from './failure.ts';

export interface ClockOffset {
  /** The time to sign with, ms since the epoch. */
  now(): number;
  /** Whether our clock caused this failure. If so, it is set to the `Date` of the answer. */
  correct(failure: Failure, signedMs: number): boolean;
}

/** The errors with which AWS refuses a time. If the signature is wrong for another reason, `Date` is close to our clock. */
const REFUSALS: ReadonlySet<string> = new Set([
  'InvalidSignatureException',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
]);
/** AWS refuses a skew of more than 5 minutes; the SDKs correct one of more than 4. */
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
