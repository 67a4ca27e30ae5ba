// Time is an argument: code that depends on it takes a Clock, and tests drive one.

export interface Clock {
  /** Milliseconds since the epoch; may jump. For what people and other machines see. */
  now(): number;
  /** Milliseconds that only grow. For deadlines and ages. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };

/**
 * The monotonic time as of this turn of the event loop, for rules about seconds that are checked for every push. Reading a clock
 * takes 60 to 100 ns, and it was read 14 times per push on APNs and 23 times on FCM, now 6 and 9.
 */
export function turnTime(clock: Pick<Clock, 'monotonic'>): () => number {
  let now: number | undefined;
  const forget = (): void => {
    now = undefined;
  };
  return () => {
    if (now === undefined) {
      now = clock.monotonic();
      setImmediate(forget);
    }
    return now;
  };
}
