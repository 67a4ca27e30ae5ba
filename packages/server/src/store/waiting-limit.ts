// How much may wait for a store. A slow disk or a database away must not grow the process without end, and a flood of new
// deliveries must not stand in front of those verbs by which the accepted ones get on.
//
//   enqueue ──refused?──► its turn, instances one after another ──┐
//   the others ──refused?─────────────────────────────────────────┴──► store, first come, first served
import { StoreBusyError, type Store } from './store.ts';

/** Calls, and bytes of text in them, that may wait at once; beyond either a new call is refused. */
export const WAITING_LIMIT = { calls: 20_000, bytes: 64 * 1024 * 1024 } as const;

/**
 * Deliveries of enqueue calls that the store is given at once; a larger call goes alone. Behind 600 calls of 300 a claim
 * waited longer than the flood of them lasted, and nothing was sent.
 */
export const ENQUEUED_AT_ONCE = 1_000;

/** Never refused: they take work off the store, and nodes ask for them no faster than their own credit allows. */
const ALWAYS: ReadonlySet<keyof Store> = new Set(['claim', 'settle', 'beat', 'leave']);

export interface WaitingLimit {
  /**
   * Counts a call in, until the function it returns is called. Throws StoreBusyError when too much waits already. `start`
   * is called, in this tick or when it is the call's turn, to hand it to the store.
   */
  admit(verb: keyof Store, parameters: readonly unknown[], start: () => void): () => void;
  /** Gives everyone who waits their turn now: the store is about to close. */
  startAll(): void;
}

interface Turn {
  readonly count: number;
  readonly start: () => void;
}

export function createWaitingLimit(): WaitingLimit {
  let calls = 0;
  let bytes = 0;
  /** Deliveries of enqueue calls that were started and have not ended. */
  let enqueued = 0;
  /** Enqueue calls that wait, by instance; the instance that had a turn goes to the end. */
  const turns = new Map<string, Turn[]>();

  function startNext(isFree: (count: number) => boolean): void {
    for (let [next] = turns; next !== undefined; [next] = turns) {
      const [instanceId, waiting] = next;
      const first = waiting[0]!;
      if (!isFree(first.count)) return;
      waiting.shift();
      turns.delete(instanceId);
      if (waiting.length > 0) turns.set(instanceId, waiting);
      enqueued += first.count;
      first.start();
    }
  }
  const hasRoom = (count: number): boolean => enqueued === 0 || enqueued + count <= ENQUEUED_AT_ONCE;

  return {
    admit(verb, parameters, start) {
      const own = textUnits(verb, parameters);
      if (!ALWAYS.has(verb) && (calls >= WAITING_LIMIT.calls || bytes + own > WAITING_LIMIT.bytes)) {
        throw new StoreBusyError(`${calls} calls wait for the store already.`);
      }
      calls += 1;
      bytes += own;
      const batch = verb === 'enqueue' ? (parameters[0] as Parameters<Store['enqueue']>[0]) : [];
      const count = batch.length;
      if (count === 0) start();
      else {
        // All of a batch is of one instance: it comes from one call.
        const { instanceId } = batch[0]!;
        const waiting = turns.get(instanceId);
        if (waiting) waiting.push({ count, start });
        else turns.set(instanceId, [{ count, start }]);
        startNext(hasRoom);
      }
      return () => {
        calls -= 1;
        bytes -= own;
        enqueued -= count;
        startNext(hasRoom);
      };
    },
    startAll: () => startNext(() => true),
  };
}

/** What an entry or a settlement costs to keep besides its text, about. */
const ROW_UNITS = 256;

/** The text a call carries, in UTF-16 units: near enough to what it costs to keep. Verbs that are not here carry little. */
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
