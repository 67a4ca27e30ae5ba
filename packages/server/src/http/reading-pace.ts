// How much of all bodies together is read in one turn of the event loop. Of each socket that has data, libuv reads up to 2 MB before
// it looks at the next one: when 100 bodies of 5 MB arrived at once, other calls of that moment took 40 to 60 ms.
import type { Readable } from 'node:stream';

/** Takes note of what a stream has read; one that goes too far is paused, and goes on in the next turn. */
export type ReadingPace = (stream: Readable, bytes: number) => void;

/** About half a millisecond. */
export const READ_PER_TURN = 256 * 1024;

export function createReadingPace(): ReadingPace {
  let read = 0;
  let isWatched = false;
  const paused: Readable[] = [];

  function watchTurn(): void {
    if (isWatched) return;
    isWatched = true;
    setImmediate(() => {
      isWatched = false;
      read = 0;
      for (const stream of paused.splice(0)) stream.resume();
    });
  }

  return (stream, bytes) => {
    watchTurn();
    read += bytes;
    if (read < READ_PER_TURN) return;
    stream.pause();
    paused.push(stream);
  };
}
