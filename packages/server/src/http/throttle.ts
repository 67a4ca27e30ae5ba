// A rate limit per access key and operation, so that a flood of one call by one caller slows down only that call.
// https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html#api-throttling-quotas
import { ServiceError } from '../service-error.ts';
import { createTokenBuckets } from '../fairness/token-buckets.ts';

export interface Throttle {
  /** Takes one call, or throws ThrottlingException with the seconds until the next is allowed. */
  take(accessKeyId: string, operation: string): void;
}

/** Read on every call: they may change. */
export interface ThrottleLimits {
  /** `Infinity`: no throttle. */
  readonly callsPerSecond: number;
  readonly burst: number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}

export function createThrottle(limits: ThrottleLimits): Throttle {
  const buckets = createTokenBuckets({
    get perSecond() {
      return limits.callsPerSecond;
    },
    get burst() {
      return limits.burst;
    },
    monotonic: limits.monotonic,
  });
  return {
    take(accessKeyId, operation) {
      const retryAfterSeconds = buckets.take(`${operation} ${accessKeyId}`);
      if (retryAfterSeconds !== undefined)
        throw new ServiceError('ThrottlingException', `Rate exceeded for ${operation}.`, {
          retryAfterSeconds,
        });
    },
  };
}
