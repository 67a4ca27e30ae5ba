// How many attempts begin in one turn of the event loop. A gateway that has a thousand streams free takes a thousand attempts
// in one go, and for as long as that lasts nobody else is served: 300 ms of a thousand pushes, seconds of a flood.
import type { Outlet } from './outlet.ts';
import { ATTEMPTS_PER_TURN } from './retry.ts';

export interface AttemptTurns {
  /** Whether an attempt may begin now. If not, the outlet's turn comes in a later turn of the event loop. */
  takes(outlet: Outlet): boolean;
}

/** `goOn` is called once per turn for every outlet that had to stop, in the order in which they did. */
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
