// Addresses from which calls failed to prove who makes them. The key that a call names chooses whose turn it takes before that
// is proven, so whoever names keys that are not theirs takes turns of their own instead.

export interface Suspects {
  /** A call from there had a wrong signature, or a body that did not come. */
  failed(address: string): void;
  has(address: string): boolean;
}

/** Failures that are forgiven at once (a secret that was rotated, a lost connection), and how fast further ones are. */
const FORGIVEN = 10;
const FORGIVEN_EVERY_MS = 6_000;
/** Addresses beyond this many: the one that failed longest ago is forgotten. */
const MAX_ADDRESSES = 10_000;

/** `monotonic`: milliseconds that only grow. */
export function createSuspects(monotonic: () => number): Suspects {
  const failures = new Map<string, { count: number; atMs: number }>();
  const countNow = (address: string): number => {
    const before = failures.get(address);
    return before === undefined
      ? 0
      : Math.max(0, before.count - (monotonic() - before.atMs) / FORGIVEN_EVERY_MS);
  };
  return {
    failed(address) {
      const count = Math.min(countNow(address) + 1, 2 * FORGIVEN);
      failures.delete(address);
      failures.set(address, { count, atMs: monotonic() });
      if (failures.size > MAX_ADDRESSES) failures.delete(failures.keys().next().value!);
    },
    has: (address) => countNow(address) > FORGIVEN,
  };
}
