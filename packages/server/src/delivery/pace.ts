// How many deliveries a gateway can be trusted to send within the next moment, based on how many it answered in the
// last. That many more deliveries than it has streams for are leased to it: they are in memory when a stream
// becomes free, and none of them waits long. A new delivery that is not leased on arrival must be written, claimed
// and read again later. A gateway that stops answering loses this trust within half a second.
//
// Only time with a running attempt counts: a gateway does not become slower while nothing is sent to it. When an
// idle one lost its trust, the first deliveries after a pause were queued, and all others behind them as long as
// the load lasted: 177 µs of the PostgreSQL server's CPU per push instead of 75.
import type { Clock } from '../clock.ts';

const SPAN_MS = 200;
/**
 * Less than the second for which a registration counts as alive (LIVENESS_MS): deliveries leased ahead are not read
 * again.
 */
const SPANS_AHEAD = 3;
/** The fastest of the last spans counts: one may be slow because little was left to send. */
const SPANS_BEHIND = 5;

export interface Pace {
  /** An attempt begins. */
  began(): void;
  /** An attempt ended, with an answer or without. */
  ended(isAnswered: boolean): void;
  /** The gateway cannot be reached, however fast it was. */
  forget(): void;
  /** How many answers the gateway will give within the next moment at its current rate. */
  readonly ahead: number;
}

export function createPace(clock: Pick<Clock, 'monotonic'>): Pace {
  let running = 0;
  let idleSince = 0;
  let spanStart = 0;
  let current = 0;
  /** Answers in each of the last spans, newest first. */
  let before: number[] = [];

  function turn(): void {
    if (running === 0) return;
    const now = clock.monotonic();
    if (now - spanStart < SPAN_MS) return;
    // One empty span may be the latency of the first answers.
    const isSilent = (current === 0 && before[0] === 0) || now - spanStart >= 2 * SPAN_MS;
    before = isSilent ? [] : [current, ...before.slice(0, SPANS_BEHIND - 1)];
    current = 0;
    spanStart = now;
  }

  return {
    began: () => {
      if (running++ === 0) spanStart += clock.monotonic() - idleSince;
    },
    ended: (isAnswered) => {
      turn();
      if (isAnswered) current++;
      if (--running === 0) idleSince = clock.monotonic();
    },
    forget: () => {
      before = [];
      current = 0;
    },
    get ahead() {
      turn();
      return SPANS_AHEAD * Math.max(current, ...before);
    },
  };
}
