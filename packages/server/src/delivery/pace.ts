// How many attempts a gateway finished lately. So many more may be leased than it has streams for: they are in memory when
// a stream is free, and none of them waits long. A gateway that falls silent loses this trust within two spans.
import type { Clock } from '../clock.ts';

/** Far below the second for which a registration counts as alive (LIVENESS_MS), so what is leased ahead is not read again. */
const SPAN_MS = 200;

export interface Pace {
  /** An attempt ended with an answer. */
  answered(): void;
  /** Answers within one span of the recent past. */
  readonly recent: number;
}

export function createPace(clock: Pick<Clock, 'monotonic'>): Pace {
  let spanStart = -Infinity;
  let current = 0;
  let previous = 0;

  function turn(): void {
    const now = clock.monotonic();
    if (now - spanStart < SPAN_MS) return;
    previous = now - spanStart < 2 * SPAN_MS ? current : 0;
    current = 0;
    spanStart = now;
  }

  return {
    answered: () => {
      turn();
      current++;
    },
    get recent() {
      turn();
      return Math.max(previous, current);
    },
  };
}
