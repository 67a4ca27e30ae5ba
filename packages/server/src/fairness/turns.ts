// One event loop does everything, so nobody may occupy it for long. Synchronous work is split into slices of a few
// milliseconds per turn of the loop; the rest waits for the next turn, with owners taking turns.

export interface Turns {
  /**
   * Does the work now if this turn of the event loop has time left and nobody is waiting, otherwise in a later one.
   */
  run<Result>(owner: string, work: () => Result): Promise<Result>;
  /** Runs steps until one returns false, in slices of SLICE_MS. */
  repeat(owner: string, step: () => boolean): Promise<void>;
}

/**
 * How long slices may take in one turn. Too short to notice, and long enough that the cost of a turn (about 20 µs
 * of timers and polling) does not matter.
 */
export const TURN_MS = 5;

/** How long repeated steps run before another owner may use the rest of the turn. */
export const SLICE_MS = 1;

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

  function doWork<Result>(work: () => Result): Result {
    const startedAtMs = monotonic();
    try {
      return work();
    } finally {
      spentMs += monotonic() - startedAtMs;
      if (spentMs > UNWATCHED_MS) watchTurn();
    }
  }

  function watchTurn(): void {
    if (isTurnWatched) return;
    isTurnWatched = true;
    setImmediate(() => {
      isTurnWatched = false;
      spentMs = 0;
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

  const turns: Turns = {
    async run(owner, work) {
      if (waiting.size === 0 && spentMs < TURN_MS) return doWork(work);
      return new Promise((resolve, reject) => {
        const slices = waiting.get(owner);
        const slice: Slice = () => {
          try {
            resolve(doWork(work));
          } catch (error) {
            reject(error);
          }
        };
        if (slices) slices.push(slice);
        else waiting.set(owner, [slice]);
        watchTurn();
      });
    },
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
