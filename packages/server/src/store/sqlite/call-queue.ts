// Which of the waiting calls form the next commit group.
//
//   small calls ──► a group of all that wait ─┐
//                                             ├─ in turn
//   bulk calls ───► a group of limited size ──┘
//
// When all of them shared one group of up to 256 calls, each waited for up to 1,000 rows of others, and that twice:
// until the running group ended, and for its own. In a flood a small call took 75 ms.
import { ENTRY_WIDTH, SETTLEMENT_WIDTH } from './flat.ts';
import type { Call, Verb, Verbs } from './protocol.ts';

export interface CallQueue {
  push(call: Call): void;
  /** Removes and returns the calls of the next group; empty if none wait. */
  nextGroup(): Call[];
}

/** Maximum calls in one group, so that the first does not wait long for the last. */
const GROUP_CALLS = 256;
/** A group ends with the call that reaches this many rows: 13 ms of CPU time, and the commit. Smaller ones cost more commits. */
const GROUP_ROWS = 1_000;
/** A call of at most this many rows is small: half a millisecond. */
const SMALL_ROWS = 32;

export function createCallQueue(): CallQueue {
  const small: Call[] = [];
  const bulk: Call[] = [];
  let isBulkNext = false;

  return {
    push: (call) => void (rowsOf(call) > SMALL_ROWS ? bulk : small).push(call),
    nextGroup: () => {
      const calls = small.length === 0 || (isBulkNext && bulk.length > 0) ? bulk : small;
      isBulkNext = calls === small;
      let count = 0;
      for (let rows = 0; rows < GROUP_ROWS && count < Math.min(calls.length, GROUP_CALLS); count++)
        rows += rowsOf(calls[count]!);
      return calls.splice(0, count);
    },
  };
}

/**
 * The cost of a call in enqueued rows, which take 13 µs of CPU time each in a small file. Verbs that are not listed
 * touch few rows.
 */
const ROWS: {
  readonly [V in Verb]?: Verbs[V] extends (moment: never, ...parameters: infer P) => unknown
    ? (...parameters: P) => number
    : never;
} = {
  enqueue: (entries) => entries.length / ENTRY_WIDTH,
  settle: (_, settlements) => settlements.length / SETTLEMENT_WIDTH / 2,
  contacts: (keys) => keys.length / 2 / 3,
  claim: (_, want) => [...want.values()].reduce((sum, count) => sum + count, 0) / 2,
  everything: ({ limit }) => limit,
  sweep: (limit) => limit,
  // Each reads up to 2,000 rows.
  instanceDeliveries: () => GROUP_ROWS,
  deliveryCounts: () => GROUP_ROWS,
};

function rowsOf({ verb, parameters }: Call): number {
  // The calling thread built `parameters` from the same contract; types do not cross between threads.
  const rows = ROWS[verb] as ((...parameters: readonly unknown[]) => number) | undefined;
  return rows?.(...parameters) ?? 1;
}
