// One event loop does everything, so nobody may occupy it for long. Synchronous work is split into slices of a few
// milliseconds per turn of the loop; the rest waits for the next turn, with owners taking turns.
import { AsyncLocalStorage } from 'node:async_hooks';

export interface Turns {
  /**
   * Does the work now if this turn of the event loop has time left and nobody is waiting, or the owner has used little
   * of it; otherwise in a later one.
   */
  run<Result>(owner: string, work: () => Result): Promise<Result>;
  /** Like `run`, but returns the result itself, not a promise, if the work is done at once. */
  begin<Result>(owner: string, work: () => Result): Result | Promise<Awaited<Result>>;
  /** Runs steps until one returns false, in slices of SLICE_MS. */
  repeat(owner: string, step: () => boolean): Promise<void>;
}

/**
 * How long slices may take in one turn. A call of another instance waits for several turns, and each has 64 attempts, 128 answers
 * and the garbage collection besides. In a flood its median was 29 ms with slices of 2 ms, and 20 with 1; the cost of a turn, about
 * 20 µs of timers and polling, does not show in `bench deliver`.
 */
export const TURN_MS = 1;

/** How long repeated steps run before another owner may use the rest of the turn. */
export const SLICE_MS = 0.5;

/**
 * An owner that has used less than a slice of the turn passes those that wait, for up to this much time of all who do.
 * Otherwise each of the five steps of a single message waits for a turn of its own, 60 ms in a flood.
 */
export const PASSING_MS = 2;

/**
 * The end of a turn is awaited only after this much work; less is counted with that of the next turns. Awaiting it costs
 * as much as the slices of a short call.
 */
const UNWATCHED_MS = 1;

type Slice = () => void;

/** `monotonic`: milliseconds that only grow. */
export function createTurns(monotonic: () => number = () => performance.now()): Turns {
  /** The owner that had a turn goes to the end. */
  const waiting = new Map<string, Slice[]>();
  let spentMs = 0;
  let isTurnWatched = false;
  /** What each owner has used of this turn. */
  const used = new Map<string, number>();
  /** What owners have used of it that did not wait behind others. */
  let passedMs = 0;

  function doWork<Result>(owner: string, work: () => Result): Result {
    const startedAtMs = monotonic();
    try {
      return work();
    } finally {
      const tookMs = monotonic() - startedAtMs;
      used.set(owner, (used.get(owner) ?? 0) + tookMs);
      spentMs += tookMs;
      if (spentMs > UNWATCHED_MS) watchTurn();
    }
  }

  const mayPass = (owner: string): boolean =>
    passedMs < PASSING_MS && !waiting.has(owner) && (used.get(owner) ?? 0) < SLICE_MS;

  function watchTurn(): void {
    if (isTurnWatched) return;
    isTurnWatched = true;
    setImmediate(() => {
      isTurnWatched = false;
      spentMs = 0;
      passedMs = 0;
      used.clear();
      for (let next = takeNext(); next !== undefined; next = spentMs < TURN_MS ? takeNext() : undefined)
        next();
      if (waiting.size > 0) watchTurn();
    });
  }

  function takeNext(): Slice | undefined {
    for (const [owner, slices] of waiting) {
      waiting.delete(owner);
      const slice = slices.shift();
      if (slices.length > 0) waiting.set(owner, slices);
      return slice;
    }
    return undefined;
  }

  function begin<Result>(owner: string, work: () => Result): Result | Promise<Awaited<Result>> {
    if (waiting.size === 0 && spentMs < TURN_MS) return doWork(owner, work);
    if (mayPass(owner)) {
      const spentBeforeMs = spentMs;
      try {
        return doWork(owner, work);
      } finally {
        passedMs += spentMs - spentBeforeMs;
      }
    }
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    // The turn in which it runs begins in the context of another call, and so in that one's span.
    const inOwnContext = AsyncLocalStorage.snapshot();
    const slice: Slice = () => {
      try {
        resolve(inOwnContext(doWork<Result>, owner, work));
      } catch (error) {
        reject(error);
      }
    };
    const slices = waiting.get(owner);
    if (slices) slices.push(slice);
    else waiting.set(owner, [slice]);
    watchTurn();
    return promise as Promise<Awaited<Result>>;
  }

  const turns: Turns = {
    begin,
    run: async (owner, work) => begin(owner, work),
    async repeat(owner, step) {
      const slice = (): boolean => {
        const until = monotonic() + SLICE_MS;
        while (step()) if (monotonic() >= until) return true;
        return false;
      };
      while (await turns.run(owner, slice));
    },
  };
  return turns;
}
