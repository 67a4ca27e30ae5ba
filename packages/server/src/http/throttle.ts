// A token bucket per access key and operation, so that one caller's flood of one call slows that and nothing else.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html#api-throttling-quotas
import { ServiceError } from '../service-error.ts';

export interface Throttle {
  /** Takes one call, or throws ThrottlingException with the seconds until there is another. */
  take(accessKeyId: string, operation: string): void;
}

export interface ThrottleLimits {
  /** How fast a bucket fills again. `Infinity`: no throttle. */
  readonly callsPerSecond: number;
  /** How many calls a full bucket has. */
  readonly burst: number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}

/** Buckets beyond this many: the one used longest ago is forgotten, that is, full again. */
const MAX_BUCKETS = 10_000;

export function createThrottle({ callsPerSecond, burst, monotonic }: ThrottleLimits): Throttle {
  if (callsPerSecond === Infinity) return { take() {} };
  const buckets = new Map<string, { calls: number; atMs: number }>();
  return {
    take(accessKeyId, operation) {
      const id = `${operation} ${accessKeyId}`;
      const atMs = monotonic();
      const before = buckets.get(id);
      const refilled =
        before === undefined ? burst : before.calls + ((atMs - before.atMs) / 1000) * callsPerSecond;
      const calls = Math.min(burst, refilled);
      const isEmpty = calls < 1;
      buckets.delete(id);
      buckets.set(id, { calls: isEmpty ? calls : calls - 1, atMs });
      if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value!);
      if (isEmpty)
        throw new ServiceError('ThrottlingException', `Rate exceeded for ${operation}.`, {
          retryAfterSeconds: (1 - calls) / callsPerSecond,
        });
    },
  };
}
