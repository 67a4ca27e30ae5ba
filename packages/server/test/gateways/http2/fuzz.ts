// Plays peers that send valid, mutated and hostile bytes at any split, each run by its own seed.
//   npm run fuzz -- 1000000 [first seed]
// A run fails if something throws out of the connection, a request does not end exactly once, or too much is written.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { Exchange } from '../../../src/gateways/exchange.ts';
import { Connection } from '../../../src/gateways/http2/connection.ts';
import { HeaderTemplate } from '../../../src/gateways/http2/header-template.ts';
import { Random } from './random.ts';
import { frame, ok, RawSocket, Recorder, settings, TYPE, uint32 } from './raw-peer.ts';

const head = { template: new HeaderTemplate([[':method', 'POST']]), values: [] };
/** The most that may be written in answer to one frame: PONG and ACK are no longer than the frames they answer. */
const MOST_WRITTEN_PER_RUN = 200_000;

const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

const streamId = (random: Random): number => random.of([0, 1, 1, 3, 3, 5, 7, 9, 2, 11, 99, 2 ** 31 - 1]);

/** Header blocks, from valid to nonsensical. */
function block(random: Random): Buffer {
  switch (random.below(7)) {
    case 0:
      return Buffer.concat([Buffer.from([0x88]), field('apns-id', 'x')]);
    case 1:
      return field(':status', random.of(['100', '103', '200', '400', '410', '503', '999', 'abc']));
    case 2:
      return Buffer.concat([field(':status', '400'), field('content-length', String(random.below(9)))]);
    case 3:
      return Buffer.concat([Buffer.from([0x20, 0x8c]), field(random.of(['A', 'connection', 'x']), 'y')]);
    case 4:
      return Buffer.alloc(random.below(2_000), 0x88);
    case 5:
      return Buffer.from([0x48, 0x82, ...random.bytes(2)]);
    default:
      return random.bytes(random.below(40));
  }
}

const FRAMES: readonly ((random: Random) => Buffer)[] = [
  (random) => ok(streamId(random)),
  (random) => frame(TYPE.headers, random.of([4, 5, 0, 1]), streamId(random), block(random)),
  (random) => frame(TYPE.headers, random.below(256), streamId(random), block(random)),
  (random) => frame(TYPE.continuation, random.of([0, 4]), streamId(random), block(random)),
  (random) => frame(TYPE.data, random.of([0, 1, 8, 9]), streamId(random), random.bytes(random.below(60))),
  (random) => frame(TYPE.data, random.of([0, 1]), streamId(random), Buffer.alloc(random.below(16_385))),
  (random) => frame(TYPE.reset, 0, streamId(random), uint32(random.below(20))),
  (random) => frame(TYPE.goaway, 0, 0, uint32(streamId(random), random.below(14))),
  (random) => frame(TYPE.windowUpdate, 0, streamId(random), uint32(random.of([0, 1, 70_000, 2 ** 31 - 1]))),
  (random) => frame(TYPE.ping, random.of([0, 1]), 0, random.bytes(8)),
  (random) =>
    settings([random.below(8), random.of([0, 1, 3, 100, 16_384, 65_535, 2 ** 31 - 1, 2 ** 32 - 1])]),
  () => frame(TYPE.settings, 1, 0),
  (random) => frame(random.below(256), random.below(256), streamId(random), random.bytes(random.below(30))),
  (random) =>
    frame(
      random.below(10),
      random.of([0, random.below(256)]),
      streamId(random),
      random.bytes(random.below(12)),
    ),
  (random) => random.bytes(random.below(30)),
];

/** Some frames; in a third of the runs a few bits are flipped. */
function says(random: Random): Buffer {
  const frames = Array.from({ length: random.below(25) }, () => random.of(FRAMES)(random));
  const bytes = Buffer.concat(random.chance(95) ? [settings([3, 100]), ...frames] : frames);
  if (random.chance(33) && bytes.length > 0)
    for (let n = random.below(5); n >= 0; n--) {
      const at = random.below(bytes.length);
      bytes[at] = bytes[at]! ^ (1 << random.below(8));
    }
  return bytes;
}

/** One peer from its first byte to the end of the connection. */
export function play(seed: number): RawSocket {
  const random = new Random(seed);
  const socket = new RawSocket();
  const recorder = new Recorder<Exchange>();
  const connection = new Connection<Exchange>(socket, recorder, () => 0);
  const begun: Exchange[] = [];
  const begin = (): void => {
    if (connection.closed || recorder.goaways.length > 0) return;
    const exchange = new Exchange(0, () => {});
    begun.push(exchange);
    connection.request(exchange, head, 'body'.repeat(random.below(1_000)));
  };
  for (let n = random.below(6); n > 0; n--) begin();
  const cancelled = new Set<Exchange>();
  const bytes = says(random);
  for (let at = 0; at < bytes.length;) {
    const length = random.chance(50) ? 1 + random.below(12) : bytes.length;
    socket.say(bytes.subarray(at, at + length));
    at += length;
    if (random.chance(5)) begin();
    const [oldest] = connection;
    if (oldest !== undefined && random.chance(3)) {
      connection.cancel(oldest);
      cancelled.add(oldest);
    }
  }
  if (!connection.closed) {
    const { writable, streams } = connection;
    assert(typeof writable === 'boolean' && streams <= begun.length);
    socket.emit(random.of(['end', 'close']));
  }
  assert.equal(connection.closed, true, `seed ${seed}: the connection goes on`);
  assert.equal(recorder.over, true);
  assert.equal(connection.streams, 0);
  const ended = new Set(recorder.endings);
  assert.equal(ended.size, recorder.endings.length, `seed ${seed}: a request ended twice`);
  for (const exchange of begun)
    assert.equal(
      ended.has(exchange) !== cancelled.has(exchange),
      true,
      `seed ${seed}: a request never ended`,
    );
  return socket;
}

/** Runs `runs` peers, and returns how much heap the second half of them retained. */
export async function fuzz(runs: number, firstSeed: number, collect: () => void): Promise<number> {
  let half = 0;
  for (let n = 0; n < runs; n++) {
    const socket = play(firstSeed + n);
    if (n % 500 === 0) {
      await setImmediate();
      const written = socket.written.reduce((sum, { length }) => sum + length, 0);
      assert(written < MOST_WRITTEN_PER_RUN, `seed ${firstSeed + n}: ${written} bytes were written`);
    }
    if (n === Math.floor(runs / 2)) {
      collect();
      half = process.memoryUsage().heapUsed;
    }
  }
  await setImmediate();
  collect();
  return process.memoryUsage().heapUsed - half;
}

if (import.meta.main) {
  const [runs = '1000000', firstSeed = String(Date.now() % 1e9)] = process.argv.slice(2);
  const startedAt = performance.now();
  const grown = await fuzz(Number(runs), Number(firstSeed), () => globalThis.gc?.());
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  process.stdout.write(
    `${runs} peers from seed ${firstSeed} in ${seconds} s, heap grown by ${grown} bytes\n`,
  );
}
