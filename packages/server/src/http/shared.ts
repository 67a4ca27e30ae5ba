// One computation for all who ask at once. What anyone may ask for without a key must not cost more the more often it is asked.

/** Of the time that passes, a computation that is asked for without end takes a tenth. */
const KEPT_PER_COST = 9;
/** However long it took: nobody reads a state older than this. */
const MOST_KEPT_MS = 5_000;

/** What `compute` answers; kept for as long as follows from what it took. `monotonic`: milliseconds that only grow. */
export function createShared<Value>(
  compute: () => Promise<Value>,
  monotonic: () => number,
): () => Promise<Value> {
  let kept: Promise<Value> | undefined;
  let keptUntilMs = Infinity;
  return () => {
    if (kept !== undefined && monotonic() < keptUntilMs) return kept;
    const startedAtMs = monotonic();
    keptUntilMs = Infinity;
    kept = compute().finally(() => {
      const endedAtMs = monotonic();
      keptUntilMs = endedAtMs + Math.min(MOST_KEPT_MS, KEPT_PER_COST * (endedAtMs - startedAtMs));
    });
    return kept;
  };
}
