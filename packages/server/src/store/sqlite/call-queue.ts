// Which of the waiting calls form the next commit group.
//
//   small calls ──► a group of all that wait ─┐
//                                             ├─ in turn
//   bulk calls ───► a group of limited size ──┘ and the small calls that arrived meanwhile
//
// When all of them shared one group of up to 256 calls, each waited for up to 1,000 rows of others, and that twice:
// until the running group ended, and for its own. In a flood a small call took 75 ms. A bulk group takes no further bulk
// call when a small one arrives, which otherwise waited 16 ms for the rest of the group, and the small calls share its
// commit: with one of their own, the p99 in a flood of 600 calls was 109 ms instead of 84.
import { ENTRY_WIDTH, SETTLEMENT_WIDTH } from './flat.ts';
import type { Call, Verb, Verbs } from './protocol.ts';

export interface CallQueue {
  push(call: Call): void;
  readonly isEmpty: boolean;
  /**
   * Removes the calls of the next group, each when it is asked for. `look` pushes the calls that have arrived meanwhile.
   */
  nextGroup(look: () => void): Iterable<Call>;
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

  function* takeSmall(): Iterable<Call> {
    for (let left = Math.min(small.length, GROUP_CALLS); left > 0; left--) yield small.shift()!;
  }

  function* takeBulk(look: () => void): Iterable<Call> {
    for (let rows = 0, count = 0; bulk.length > 0 && rows < GROUP_ROWS && count < GROUP_CALLS; count++) {
      // Always at least one, so that bulk calls are never left waiting.
      if (count > 0) {
        look();
        if (small.length > 0) break;
      }
      const call = bulk.shift()!;
      rows += rowsOf(call);
      yield call;
    }
    look();
    yield* takeSmall();
  }

  return {
    push: (call) => void (isBulk(call) ? bulk : small).push(call),
    get isEmpty() {
      return small.length === 0 && bulk.length === 0;
    },
    nextGroup(look) {
      look();
      const isBulkTurn = small.length === 0 || (isBulkNext && bulk.length > 0);
      isBulkNext = !isBulkTurn;
      return isBulkTurn ? takeBulk(look) : takeSmall();
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

/** Whether it touches more rows than a small call. */
export const isBulk = (call: Call): boolean => rowsOf(call) > SMALL_ROWS;

function rowsOf({ verb, parameters }: Call): number {
  // The calling thread built `parameters` from the same contract; types do not cross between threads.
  const rows = ROWS[verb] as ((...parameters: readonly unknown[]) => number) | undefined;
  return rows?.(...parameters) ?? 1;
}
