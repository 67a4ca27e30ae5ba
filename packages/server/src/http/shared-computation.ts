// One computation shared by all who ask at once, limited to a share of the time. What anyone may request without a
// key must not cost more when it is requested more often.

/** If requested continuously, a computation takes this share of the time; requests in between get the last answer. */
const SHARE = 0.1;
/** It may take this long in a row first: an occasional caller always gets a fresh answer. */
const BURST_MS = 500;

/** `compute` produces the answer. `monotonic`: milliseconds that only grow. */
export function createSharedComputation<Value>(
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
