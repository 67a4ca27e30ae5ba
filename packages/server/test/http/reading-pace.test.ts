// How much of all bodies is read in one turn of the event loop.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { READ_PER_TURN, createReadingPace } from '../../src/http/reading-pace.ts';

const CHUNK = Buffer.alloc(64 * 1024);

/** It always has more, up to this many chunks. */
function startStream(chunks: number): Readable {
  let left = chunks;
  return new Readable({
    read() {
      this.push(left-- > 0 ? CHUNK : null);
    },
  });
}

test('bodies that have all arrived are read a little per turn, all together, and to their end', async () => {
  const pace = createReadingPace();
  let bytes = 0;
  const streams = [100, 100, 100].map(startStream);
  for (const stream of streams)
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      pace(stream, chunk.length);
    });
  const most = READ_PER_TURN + 3 * CHUNK.length;
  while (streams.some((stream) => !stream.readableEnded)) {
    const before = bytes;
    await nextTurn();
    assert.ok(bytes - before <= most, `${bytes - before} bytes in one turn`);
  }
  assert.equal(bytes, 300 * CHUNK.length);
});
