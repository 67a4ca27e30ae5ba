// `unsent` promises that the push may be retried, because it was not processed. A model of a peer records which requests it
// processed, and reports that truthfully, falsely or not at all, before the connection ends in one of many ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Result } from '../../../src/gateways/exchange.ts';
import { Connection } from '../../../src/gateways/http2/connection.ts';
import { HeaderTemplate, VARIES } from '../../../src/gateways/http2/header-template.ts';
import { decodeFields } from '../../../src/gateways/http2/hpack.ts';
import { APNS_POLICY } from '../../../src/gateways/policy.ts';
import { Session } from '../../../src/gateways/session.ts';
import type { Exchange } from '../../../src/gateways/exchange.ts';
import { Random } from './random.ts';
import { frame, ok, RawSocket, Recorder, settings, TYPE, uint32 } from './raw-peer.ts';

const template = new HeaderTemplate([
  [':method', 'POST'],
  ['apns-id', VARIES],
]);
const owner = { credit() {}, proved() {}, silent() {}, mute() {}, retired() {}, gone() {} };

/** A peer that follows the RFC: it never claims that a processed request was not processed. */
class ModelPeer {
  readonly processed = new Set<string>();
  readonly #socket: RawSocket;
  readonly #random: Random;
  #read = 0;
  #highest = 0;
  #lastStreamId = 2 ** 31 - 1;
  #open: number[] = [];

  constructor(socket: RawSocket, random: Random) {
    this.#socket = socket;
    this.#random = random;
  }

  /** Handles the frames since the last turn, each in one of many ways. */
  turn(): void {
    const frames = this.#socket.frames();
    for (const { type, streamId, payload } of frames.slice(this.#read)) {
      if (type !== TYPE.headers) continue;
      if (streamId > this.#lastStreamId) continue;
      const id = decodeFields(payload, 0, payload.length)[3]!;
      if (this.#random.chance(20)) {
        this.#socket.say(frame(TYPE.reset, 0, streamId, uint32(7)));
        continue;
      }
      this.processed.add(id);
      this.#highest = streamId;
      if (this.#random.chance(40)) this.#socket.say(ok(streamId));
      else if (this.#random.chance(20)) this.#socket.say(frame(TYPE.reset, 0, streamId, uint32(2)));
      else this.#open.push(streamId);
    }
    this.#read = frames.length;
    if (this.#random.chance(20)) this.#goaway();
    if (this.#random.chance(30)) for (const streamId of this.#open.splice(0)) this.#socket.say(ok(streamId));
  }

  end(): void {
    if (this.#random.chance(30)) this.#goaway();
    this.#socket.emit(this.#random.of(['end', 'close']));
  }

  #goaway(): void {
    this.#lastStreamId = Math.min(
      this.#lastStreamId,
      Math.max(this.#highest, this.#random.of([0, 2 ** 31 - 1])),
    );
    this.#socket.say(frame(TYPE.goaway, 0, 0, uint32(this.#lastStreamId, this.#random.of([0, 0, 2, 11]))));
  }
}

async function play(seed: number): Promise<Map<Result['kind'], number>> {
  const random = new Random(seed);
  const socket = new RawSocket();
  const peer = new ModelPeer(socket, random);
  const connection = new Connection<Exchange>(socket, new Recorder<Exchange>(), () => 0);
  let session: Session | undefined;
  connection.owner = Object.assign(new Recorder<Exchange>(), {
    settings(first: object) {
      const options = { policy: APNS_POLICY, monotonic: () => 0, owner, probe: undefined, address: '' };
      session = new Session(connection, first, options);
    },
  });
  socket.say(settings([3, 1_000]));
  const results = new Map<string, Result>();
  let begun = 0;
  for (let turn = random.below(6); turn >= 0; turn--) {
    for (let n = random.below(8); n > 0 && session!.credit > 0; n--) {
      const id = `push ${begun++}`;
      session!.request({ template, values: [id] }, 'body', (result) => {
        assert(!results.has(id), 'a request ended twice');
        results.set(id, result);
      });
    }
    // Sometimes the connection ends before the turn, and pending writes are lost.
    if (random.chance(90)) await setImmediate();
    if (!connection.closed) peer.turn();
  }
  if (!connection.closed) peer.end();
  assert.equal(results.size, begun, `seed ${seed}: a request never ended`);
  const kinds = new Map<Result['kind'], number>();
  for (const [id, { kind }] of results) {
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    if (kind === 'unsent')
      assert(!peer.processed.has(id), `seed ${seed}: ${id} was processed, and called unsent`);
    if (kind === 'answered') assert(peer.processed.has(id), `seed ${seed}: ${id} was answered by nobody`);
  }
  return kinds;
}

test('a processed request is never reported as unsent, whatever the peer sends and however its connection ends', async () => {
  const kinds = new Map<Result['kind'], number>();
  for (let seed = 0; seed < 3_000; seed++)
    for (const [kind, count] of await play(seed)) kinds.set(kind, (kinds.get(kind) ?? 0) + count);
  for (const kind of ['answered', 'unsent', 'unknown'] as const)
    assert((kinds.get(kind) ?? 0) > 1_000, `${kind}: ${kinds.get(kind)}`);
});
