// Time is an argument: code that depends on it takes a Clock, and tests drive one.

export interface Clock {
  /** Milliseconds since the epoch; may jump. For what people and other machines see. */
  now(): number;
  /** Milliseconds that only grow. For deadlines and ages. */
  monotonic(): number;
}

export const systemClock: Clock = { now: () => Date.now(), monotonic: () => performance.now() };
