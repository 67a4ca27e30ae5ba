// How many attempts begin in one turn of the event loop. A gateway with a thousand free streams would take a
// thousand attempts at once, and nothing else would run meanwhile: 300 ms for a thousand pushes, seconds in a
// flood.
import type { Outlet } from './outlet.ts';
import { ATTEMPTS_PER_TURN } from './retry.ts';

export interface AttemptTurns {
  /** Whether an attempt may begin now. If not, the outlet continues in a later turn of the event loop. */
  takes(outlet: Outlet): boolean;
}

/** `goOn` is called once per turn for every outlet that had to stop, in the order in which they stopped. */
export function createAttemptTurns(goOn: (outlet: Outlet) => void): AttemptTurns {
  const waiting = new Set<Outlet>();
  let begun = 0;
  let isWatched = false;

  function watchTurn(): void {
    if (isWatched) return;
    isWatched = true;
    setImmediate(() => {
      isWatched = false;
      begun = 0;
      const stopped = [...waiting];
      waiting.clear();
      for (const outlet of stopped) goOn(outlet);
    });
  }

  return {
    takes(outlet) {
      watchTurn();
      if (begun >= ATTEMPTS_PER_TURN || waiting.has(outlet)) {
        waiting.add(outlet);
        return false;
      }
      begun++;
      return true;
    },
  };
}
