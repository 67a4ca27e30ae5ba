// Work of one owner that arrives in one turn of the event loop begins together at the end of the turn. A continuation of a promise runs
// after those that were queued before it, so each step runs for all of them while its code and data are in the processor's
// caches: 50 registrations at a time cost the main thread 261 µs each when they began one by one, and 185 together.
//
// The first of each owner begins at once. In a flood the end of the turn was 5 ms away, and up to 33.
import { createPerTurn } from './per-turn.ts';

/** Calls `begin` now, or at the end of this turn. `begin` must not throw. */
export type Together = (owner: string, begin: () => void) => void;

export function createTogether(): Together {
  /** The owners that have begun something in this turn. */
  const owners = new Set<string>();
  const others = createPerTurn<() => void>(Number.POSITIVE_INFINITY, (begin) => begin());

  return (owner, begin) => {
    if (owners.has(owner)) return others.add(begin);
    if (owners.size === 0) setImmediate(() => owners.clear());
    owners.add(owner);
    begin();
  };
}
