/** The time in milliseconds since 1970. Passed as an argument everywhere, so that tests can control it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
