// Where calls failed to prove who makes them: an address, with the key named there. The key that a call names
// decides whose turn it uses before that key is proven, so calls from such a place get separate turns. Other
// callers behind the same address, such as a proxy that was not configured, are not affected.

export interface Suspects {
  /** A call had a wrong signature, or a body that did not arrive. */
  failed(place: string): void;
  has(place: string): boolean;
  /** Whether there may be any. */
  readonly any: boolean;
}

/** Failures that are tolerated at once (a rotated secret, a lost connection), and how fast further ones are. */
const FORGIVEN = 10;
export const FORGIVEN_EVERY_MS = 6_000;
/** Beyond this many, the place that failed longest ago is forgotten. */
const MAX_PLACES = 10_000;

/** `monotonic`: milliseconds that only grow. */
export function createSuspects(monotonic: () => number): Suspects {
  const failures = new Map<string, { count: number; atMs: number }>();
  const countNow = (place: string): number => {
    const before = failures.get(place);
    return before === undefined
      ? 0
      : Math.max(0, before.count - (monotonic() - before.atMs) / FORGIVEN_EVERY_MS);
  };
  return {
    failed(place) {
      const count = Math.min(countNow(place) + 1, 2 * FORGIVEN);
      failures.delete(place);
      failures.set(place, { count, atMs: monotonic() });
      if (failures.size > MAX_PLACES) failures.delete(failures.keys().next().value!);
    },
    has: (place) => countNow(place) > FORGIVEN,
    get any() {
      return failures.size > 0;
    },
  };
}
