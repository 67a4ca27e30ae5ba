// One computation for all who ask at once, and no more of them than a share of the time. What anyone may ask for without a key
// must not cost more the more often it is asked.

/** Asked without end, a computation takes this share of the time; what is asked in between gets the last answer. */
const SHARE = 0.1;
/** Before that it may take so long in a row: an occasional caller always gets a fresh answer. */
const BURST_MS = 500;

/** What `compute` answers. `monotonic`: milliseconds that only grow. */
export function createShared<Value>(
  compute: () => Promise<Value>,
  monotonic: () => number,
): () => Promise<Value> {
  let last: Promise<Value> | undefined;
  let isRunning = false;
  let spentMs = 0;
  let atMs = monotonic();
  return () => {
    const startedAtMs = monotonic();
    spentMs = Math.max(0, spentMs - SHARE * (startedAtMs - atMs));
    atMs = startedAtMs;
    if (last !== undefined && (isRunning || spentMs > BURST_MS)) return last;
    isRunning = true;
    last = compute().finally(() => {
      isRunning = false;
      spentMs += monotonic() - startedAtMs;
    });
    return last;
  };
}
