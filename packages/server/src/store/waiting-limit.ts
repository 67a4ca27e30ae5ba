// Limits what waits for a store. A slow disk or an unavailable database must not grow the process without limit,
// and a flood of new deliveries must not delay the verbs that process the accepted ones.
//
//   enqueue of many ──refused?──► its turn, instances one after another ──┐
//   enqueue of few ───refused?──► its turn, instances one after another ──┤
//   the others ───────refused?────────────────────────────────────────────┴──► store
import { StoreBusyError, type Store } from './store.ts';

/** Calls, and bytes of text in them, that may wait at once; beyond either, new calls are refused. */
export const WAITING_LIMIT = { calls: 20_000, bytes: 64 * 1024 * 1024 } as const;

/**
 * How many deliveries of enqueue calls the store gets at once; a larger call runs alone. Behind 600 calls of 300, a
 * claim waited longer than the flood lasted, and nothing was sent.
 */
export const ENQUEUED_AT_ONCE = 1_000;

/**
 * A call of at most this many deliveries is small. Small calls do not wait for large ones, and have as much room again:
 * a call with one message waited 250 ms for its turn at PostgreSQL, which stores 4,000 deliveries per second.
 */
export const SMALL_CALL = 32;

/** Never refused: they take work off the store, and nodes call them no faster than their own credit allows. */
const ALWAYS: ReadonlySet<keyof Store> = new Set(['claim', 'settle', 'beat', 'leave']);

export interface WaitingLimit {
  /**
   * Counts a call until the returned function is called. Throws StoreBusyError if too many are waiting. `start` is
   * called, in this tick or when it is the call's turn, to pass the call to the store.
   */
  admit(verb: keyof Store, parameters: readonly unknown[], start: () => void): () => void;
  /** Starts all waiting calls now: the store is about to close. */
  startAll(): void;
}

export function createWaitingLimit(): WaitingLimit {
  let calls = 0;
  let bytes = 0;
  const small = createEnqueueTurns();
  const large = createEnqueueTurns();

  return {
    admit(verb, parameters, start) {
      const own = textUnits(verb, parameters);
      if (!ALWAYS.has(verb) && (calls >= WAITING_LIMIT.calls || bytes + own > WAITING_LIMIT.bytes)) {
        throw new StoreBusyError(`${calls} calls are already waiting for the store.`);
      }
      calls += 1;
      bytes += own;
      const batch = verb === 'enqueue' ? (parameters[0] as Parameters<Store['enqueue']>[0]) : [];
      const count = batch.length;
      const turns = count <= SMALL_CALL ? small : large;
      if (count === 0) start();
      // All of a batch is of one instance: it comes from one call.
      else turns.enter({ instanceId: batch[0]!.instanceId, count, start });
      return () => {
        calls -= 1;
        bytes -= own;
        turns.leave(count);
      };
    },
    startAll: () => {
      small.startAll();
      large.startAll();
    },
  };
}

interface EnqueueCall {
  readonly instanceId: string;
  readonly count: number;
  readonly start: () => void;
}

interface EnqueueTurns {
  /** Starts the call, now or when it is its turn. */
  enter(call: EnqueueCall): void;
  /** A call of this many deliveries has ended. */
  leave(count: number): void;
  startAll(): void;
}

function createEnqueueTurns(): EnqueueTurns {
  /** Deliveries of calls that were started and have not ended. */
  let enqueued = 0;
  /** Waiting calls by instance; the instance that had a turn goes to the end. */
  const waiting = new Map<string, EnqueueCall[]>();

  function startNext(isFree: (count: number) => boolean): void {
    for (let [next] = waiting; next !== undefined; [next] = waiting) {
      const [instanceId, calls] = next;
      const first = calls[0]!;
      if (!isFree(first.count)) return;
      calls.shift();
      waiting.delete(instanceId);
      if (calls.length > 0) waiting.set(instanceId, calls);
      enqueued += first.count;
      first.start();
    }
  }
  const hasRoom = (count: number): boolean => enqueued === 0 || enqueued + count <= ENQUEUED_AT_ONCE;

  return {
    enter: (call) => {
      const calls = waiting.get(call.instanceId);
      if (calls) calls.push(call);
      else waiting.set(call.instanceId, [call]);
      startNext(hasRoom);
    },
    leave: (count) => {
      enqueued -= count;
      startNext(hasRoom);
    },
    startAll: () => startNext(() => true),
  };
}

/** The approximate memory of an entry or a settlement besides its text. */
const ROW_UNITS = 256;

/** The text of a call in UTF-16 units, which is close to its memory. Verbs that are not listed carry little. */
const TEXT_UNITS: { readonly [V in keyof Store]?: (...parameters: Parameters<Store[V]>) => number } = {
  enqueue(batch) {
    let units = batch.length * ROW_UNITS;
    for (const entry of batch) if ('work' in entry) units += entry.work.length;
    return units;
  },
  settle(_, batch) {
    let units = batch.length * ROW_UNITS;
    for (const { to } of batch) if (to.status !== 'queued') units += to.keep?.length ?? 0;
    return units;
  },
  commit: ({ contact, claim }) => (contact?.body.length ?? 0) + (claim?.answer.length ?? 0),
  putSetting: (_kind, _id, _version, body = '') => body.length,
};

function textUnits(verb: keyof Store, parameters: readonly unknown[]): number {
  const count = TEXT_UNITS[verb] as ((...parameters: readonly unknown[]) => number) | undefined;
  return count?.(...parameters) ?? 0;
}
