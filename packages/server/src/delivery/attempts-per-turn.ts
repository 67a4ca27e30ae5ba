// How many attempts begin in one turn of the event loop. A gateway with a thousand free streams would take a
// thousand attempts at once, and nothing else would run meanwhile: 300 ms for a thousand pushes, seconds in a
// flood. Outlets that had to stop share the next turn: when the first of them took all of it, the push of another
// waited for as long as the flood lasted.
import type { Outlet } from './outlet.ts';
import { ATTEMPTS_MS, ATTEMPTS_PER_TURN } from './retry.ts';

export interface AttemptTurns {
  /** Call it before `takes`, with the time: what passes between its calls is spent on attempts. */
  resume(nowMs: number): void;
  /** Whether an attempt may begin now. If not, the outlet continues in a later turn of the event loop. */
  takes(outlet: Outlet): boolean;
}

/**
 * `goOn` begins attempts of an outlet that had to stop. It is called at most once per turn for each. `monotonic`: milliseconds that
 * only grow.
 */
export function createAttemptTurns(goOn: (outlet: Outlet) => void, monotonic: () => number): AttemptTurns {
  /** In the order in which they are next. */
  let waiting = new Set<Outlet>();
  let begun = 0;
  let most = ATTEMPTS_PER_TURN;
  let isWatched = false;
  let spentMs = 0;
  let lastAtMs = 0;

  function watchTurn(): void {
    if (isWatched) return;
    isWatched = true;
    setImmediate(() => {
      isWatched = false;
      begun = 0;
      spentMs = 0;
      continueStopped();
      if (waiting.size > 0) watchTurn();
    });
  }

  function continueStopped(): void {
    // What an outlet leaves of its share goes to the others.
    for (let before = -1; before < begun && waiting.size > 0;) {
      before = begun;
      shareOut();
    }
    most = ATTEMPTS_PER_TURN;
  }

  function shareOut(): void {
    const stopped = [...waiting];
    waiting.clear();
    while (stopped.length > 0) {
      const left = ATTEMPTS_PER_TURN - begun;
      if (left <= 0 || spentMs >= ATTEMPTS_MS) break;
      most = begun + Math.ceil(left / stopped.length);
      goOn(stopped.shift()!);
    }
    waiting = new Set([...stopped, ...waiting]);
  }

  return {
    resume(nowMs) {
      lastAtMs = nowMs;
    },
    takes(outlet) {
      watchTurn();
      const nowMs = monotonic();
      spentMs += nowMs - lastAtMs;
      lastAtMs = nowMs;
      if (begun >= most || spentMs >= ATTEMPTS_MS || waiting.has(outlet)) {
        waiting.add(outlet);
        return false;
      }
      begun++;
      return true;
    },
  };
}
