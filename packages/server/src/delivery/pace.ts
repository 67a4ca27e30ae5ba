// How many deliveries a gateway can be trusted to send within the next moment, based on how many it answered in the
// last. That many more deliveries than it has streams for are leased to it: they are in memory when a stream
// becomes free, and none of them waits long. A new delivery that is not leased on arrival must be written, claimed
// and read again later. A gateway that stops answering loses this trust at once.
import type { Clock } from '../clock.ts';

const SPAN_MS = 200;
/**
 * Less than the second for which a registration counts as alive (LIVENESS_MS): deliveries leased ahead are not read
 * again.
 */
const SPANS_AHEAD = 3;

export interface Pace {
  /** An attempt ended with an answer. */
  answered(): void;
  /** How many answers the gateway will give within the next moment at its current rate. */
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
