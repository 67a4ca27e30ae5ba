// How much one instance may ask of this node, whatever keys its calls are signed with.
import { ServiceError } from '../service-error.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** Read with every call: they may change. */
export interface InstanceRates {
  readonly callsPerSecond: number;
  readonly eventsPerSecond: number;
}

export interface InstanceLimits {
  /** Counts a call; throws ThrottlingException, which names the limit and its setting. */
  call(instanceId: string): void;
  /** Counts chat events of a call, however they came in; throws as `call` does. */
  events(instanceId: string, count: number): void;
}

/** What a bucket holds, in seconds of its rate, and for events at least the largest call. */
const BURST_SECONDS = 2;
const MOST_EVENTS = 500;

export function createInstanceLimits(
  rates: InstanceRates,
  options: {
    /** Milliseconds that only grow. */
    readonly monotonic: () => number;
    /** Told what was let in. */
    readonly used: (limit: keyof InstanceRates, instanceId: string, count: number) => void;
  },
): InstanceLimits {
  const { monotonic, used } = options;
  const limit = (setting: keyof InstanceRates, leastBurst: number) => {
    const buckets = createTokenBuckets({
      get perSecond() {
        return rates[setting];
      },
      get burst() {
        return Math.max(leastBurst, BURST_SECONDS * rates[setting]);
      },
      monotonic,
    });
    return (instanceId: string, count: number): void => {
      const retryAfterSeconds = buckets.take(instanceId, count);
      if (retryAfterSeconds === undefined) used(setting, instanceId, count);
      else
        throw new ServiceError(
          'ThrottlingException',
          `Rate exceeded for this instance: limits.perInstance.${setting} is ${rates[setting]} in the settings.`,
          { retryAfterSeconds },
        );
    };
  };
  const takeCalls = limit('callsPerSecond', 1);
  return {
    call: (instanceId) => takeCalls(instanceId, 1),
    events: limit('eventsPerSecond', MOST_EVENTS),
  };
}
