/** What time it is, in milliseconds since 1970. An argument everywhere, so that tests can turn it. */
export interface Clock {
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };
