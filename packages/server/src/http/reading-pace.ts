// How much of all bodies together is read in one turn of the event loop. Of each socket that has data, libuv reads up to 2 MB before
// it looks at the next one: when 100 bodies of 5 MB arrived at once, other calls of that moment took 40 to 60 ms.
import type { Readable } from 'node:stream';
import { createPerTurn } from '../fairness/per-turn.ts';

/** Takes note of what a stream has read, and pauses it until the next turn if all together have read READ_PER_TURN since the last pause. */
export type ReadingPace = (stream: Readable, bytes: number) => void;

/** About half a millisecond. What was read in earlier turns counts, too: a pause is short, and so no turn has to be watched. */
export const READ_PER_TURN = 256 * 1024;

export function createReadingPace(): ReadingPace {
  let read = 0;
  const paused = createPerTurn<Readable>(Number.POSITIVE_INFINITY, (stream) => {
    read = 0;
    stream.resume();
  });

  return (stream, bytes) => {
    read += bytes;
    if (read < READ_PER_TURN) return;
    stream.pause();
    paused.add(stream);
  };
}
