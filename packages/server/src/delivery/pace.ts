// What a gateway can be trusted to do within the next moment, going by what it answered in the last. So many deliveries more
// than it has streams for are leased to it: they are in memory when a stream is free, and none of them waits long. What is
// not leased when it comes in is written, claimed and read a second time. A gateway that falls silent loses this trust at once.
import type { Clock } from '../clock.ts';

const SPAN_MS = 200;
/** Less than the second for which a registration counts as alive (LIVENESS_MS): what is leased ahead is not read again. */
const SPANS_AHEAD = 3;

export interface Pace {
  /** An attempt ended with an answer. */
  answered(): void;
  /** How many answers the gateway will give within the next moment if it goes on as it does. */
  readonly ahead: number;
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
    get ahead() {
      turn();
      return SPANS_AHEAD * Math.max(previous, current);
    },
  };
}
