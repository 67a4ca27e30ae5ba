// How much one instance may use of this node, and keep in the store, whatever keys sign its calls.
import { ServiceError } from '../service-error.ts';
import { createTokenBuckets } from './token-buckets.ts';

/** `limits.perInstance` of the settings. */
export interface PerInstance {
  readonly callsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly deliveriesWaiting: number;
  readonly registrations: number;
}

export type RateName = 'callsPerSecond' | 'eventsPerSecond';

export interface InstanceLimits {
  /** Counts a call; throws ThrottlingException, which names the limit and its setting. */
  call(instanceId: string): void;
  /**
   * Counts the chat events of a call, whichever way they arrived; throws like `call`, also while too many
   * deliveries wait.
   */
  events(instanceId: string, count: number): void;
  /** Why the instance may not add a registration. Its registrations are counted once a second. */
  registrationRefusal(instanceId: string): Promise<string | undefined>;
}

/** A bucket's size in seconds of its rate; for events at least the largest call. */
const BURST_SECONDS = 2;
const MOST_EVENTS = 500;
/** A backlog shrinks as fast as gateways accept, so another try is soon worthwhile. */
const WAITING_RETRY_SECONDS = 5;
const COUNTED_EVERY_MS = 1_000;
/** How many instances' counts are cached. */
const MOST_COUNTS = 10_000;

const sentenceOf = (setting: keyof PerInstance, allowed: PerInstance): string =>
  `limits.perInstance.${setting} is ${allowed[setting]} in the settings.`;

export function createInstanceLimits(options: {
  /** Called on every call: they may change. */
  readonly allowed: () => PerInstance;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
  /** Called with everything that was admitted. */
  readonly used: (limit: RateName, instanceId: string, count: number) => void;
  /** Number of waiting deliveries of an instance. */
  readonly waiting: (instanceId: string) => number;
  /** Asks the store how many registrations an instance has. */
  readonly registrations: (instanceId: string) => Promise<number>;
}): InstanceLimits {
  const { allowed, monotonic, used } = options;
  const rate = (setting: RateName, leastBurst: number) => {
    const buckets = createTokenBuckets({
      get perSecond() {
        return allowed()[setting];
      },
      get burst() {
        return Math.max(leastBurst, BURST_SECONDS * allowed()[setting]);
      },
      monotonic,
    });
    return (instanceId: string, count: number): void => {
      const retryAfterSeconds = buckets.take(instanceId, count);
      if (retryAfterSeconds === undefined) used(setting, instanceId, count);
      else
        throw new ServiceError(
          'ThrottlingException',
          `Rate exceeded for this instance: ${sentenceOf(setting, allowed())}`,
          { retryAfterSeconds },
        );
    };
  };
  const takeCalls = rate('callsPerSecond', 1);
  const takeEvents = rate('eventsPerSecond', MOST_EVENTS);
  const counts = new Map<string, { readonly atMs: number; readonly count: Promise<number> }>();

  function registrationsOf(instanceId: string): Promise<number> {
    const atMs = monotonic();
    const known = counts.get(instanceId);
    if (known !== undefined && atMs - known.atMs < COUNTED_EVERY_MS) return known.count;
    const count = options.registrations(instanceId);
    counts.delete(instanceId);
    counts.set(instanceId, { atMs, count });
    if (counts.size > MOST_COUNTS) counts.delete(counts.keys().next().value!);
    // The call that asked gets the error; the next one asks again.
    count.catch(() => counts.delete(instanceId));
    return count;
  }

  return {
    call: (instanceId) => takeCalls(instanceId, 1),
    events: (instanceId, count) => {
      const waiting = options.waiting(instanceId);
      if (waiting >= allowed().deliveriesWaiting)
        throw new ServiceError(
          'ThrottlingException',
          `About ${waiting} deliveries of this instance are waiting: ${sentenceOf('deliveriesWaiting', allowed())}`,
          { retryAfterSeconds: WAITING_RETRY_SECONDS },
        );
      takeEvents(instanceId, count);
    },
    registrationRefusal: async (instanceId) => {
      const count = await registrationsOf(instanceId);
      return count < allowed().registrations
        ? undefined
        : `This instance has ${count} registrations: ${sentenceOf('registrations', allowed())}`;
    },
  };
}
