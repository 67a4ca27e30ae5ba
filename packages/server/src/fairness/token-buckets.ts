// Token buckets by name: each fills at a rate, holds a burst, and says how long to wait if it has too little.

/** Read on every call: they may change. */
export interface BucketRules {
  /** How fast a bucket refills. `Infinity`: no limit. */
  readonly perSecond: number;
  /** The size of a full bucket. */
  readonly burst: number;
  /** Milliseconds that only grow. */
  readonly monotonic: () => number;
}

export interface TokenBuckets {
  /**
   * Takes `count`, or takes nothing and returns the seconds until there are enough. More than a burst is taken from
   * a full bucket.
   */
  take(name: string, count?: number): number | undefined;
}

/** Beyond this many buckets, the one used longest ago is dropped, which means it is full again. */
const MAX_BUCKETS = 10_000;

export function createTokenBuckets(rules: BucketRules): TokenBuckets {
  const buckets = new Map<string, { left: number; atMs: number }>();
  // The order in which buckets were used matters only when one must go; a map that loses an entry is built again.
  const use = (name: string, bucket: { left: number; atMs: number }): void => {
    if (buckets.size > MAX_BUCKETS / 2) buckets.delete(name);
    buckets.set(name, bucket);
    if (buckets.size > MAX_BUCKETS) buckets.delete(buckets.keys().next().value!);
  };
  return {
    take(name, count = 1) {
      const { perSecond, burst } = rules;
      if (perSecond === Infinity) return undefined;
      const atMs = rules.monotonic();
      const before = buckets.get(name);
      const refilled = before === undefined ? burst : before.left + ((atMs - before.atMs) / 1000) * perSecond;
      const left = Math.min(burst, refilled);
      const lacking = Math.min(count, burst) - left;
      use(name, { left: lacking > 0 ? left : left - count, atMs });
      return lacking > 0 ? lacking / perSecond : undefined;
    },
  };
}
