// A peer that violates HTTP/2 ends only its own connection, with the error code of RFC 9113.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { createServer, type TLSSocket } from 'node:tls';
import type { AddressInfo } from 'node:net';
import { Exchange } from '../../../src/gateways/exchange.ts';
import { Connection } from '../../../src/gateways/http2/connection.ts';
import { ERROR_CODE, type ErrorName } from '../../../src/gateways/http2/error-codes.ts';
import { HeaderTemplate } from '../../../src/gateways/http2/header-template.ts';
import { openWithCertificate } from '../harness.ts';
import { authority } from '../peer.ts';
import { frame, ok, RawSocket, Recorder, settings, TYPE, uint32 } from './raw-peer.ts';

const head = { template: new HeaderTemplate([[':method', 'POST']]), values: [] };
const STATUS_200 = Buffer.from([0x88]);
const byte = (value: number, times = 1): Buffer => Buffer.alloc(times, value);
/** A literal without indexing: name and value of less than 127 bytes. */
const field = (name: string, value: string): Buffer =>
  Buffer.concat([
    Buffer.from([0, name.length]),
    Buffer.from(name),
    Buffer.from([value.length]),
    Buffer.from(value),
  ]);

async function open(requests = 1): Promise<{
  socket: RawSocket;
  recorder: Recorder<Exchange>;
  connection: Connection<Exchange>;
}> {
  const socket = new RawSocket();
  const recorder = new Recorder<Exchange>();
  const connection = new Connection<Exchange>(socket, recorder, () => 0);
  socket.say(settings());
  for (let n = 0; n < requests; n++) connection.request(new Exchange(0, () => {}), head, 'body');
  await setImmediate();
  return { socket, recorder, connection };
}

const flood = (bytes: Buffer): Buffer[] => Array.from({ length: 1_100 }, () => bytes);

/** What a peer sends while stream 1 is open, and the resulting error. */
const VIOLATIONS: readonly (readonly [name: string, says: Buffer[], code: ErrorName])[] = [
  // Frames (§4)
  ['a frame larger than we announced', [frame(TYPE.data, 0, 1, byte(0, 16_385))], 'FRAME_SIZE_ERROR'],
  ['PING of seven bytes', [frame(TYPE.ping, 0, 0, byte(0, 7))], 'FRAME_SIZE_ERROR'],
  ['PING on a stream', [frame(TYPE.ping, 0, 1, byte(0, 8))], 'PROTOCOL_ERROR'],
  ['RST_STREAM of three bytes', [frame(TYPE.reset, 0, 1, byte(0, 3))], 'FRAME_SIZE_ERROR'],
  ['WINDOW_UPDATE of five bytes', [frame(TYPE.windowUpdate, 0, 0, byte(1, 5))], 'FRAME_SIZE_ERROR'],
  ['a GOAWAY of four bytes', [frame(TYPE.goaway, 0, 0, byte(0, 4))], 'FRAME_SIZE_ERROR'],
  ['SETTINGS of five bytes', [frame(TYPE.settings, 0, 0, byte(0, 5))], 'FRAME_SIZE_ERROR'],
  ['SETTINGS on a stream', [frame(TYPE.settings, 0, 1)], 'PROTOCOL_ERROR'],
  ['an acknowledgement with settings in it', [frame(TYPE.settings, 1, 0, byte(0, 6))], 'FRAME_SIZE_ERROR'],
  ['PRIORITY of four bytes', [frame(TYPE.priority, 0, 1, byte(0, 4))], 'FRAME_SIZE_ERROR'],
  ['more padding than payload', [frame(TYPE.headers, 0xd, 1, Buffer.from([2, 0x88]))], 'PROTOCOL_ERROR'],
  ['padding that is not even there', [frame(TYPE.data, 0x8, 1)], 'PROTOCOL_ERROR'],
  ['a priority that is not there', [frame(TYPE.headers, 0x25, 1, byte(0, 4))], 'FRAME_SIZE_ERROR'],
  ['PUSH_PROMISE', [frame(TYPE.pushPromise, 4, 1, uint32(2))], 'PROTOCOL_ERROR'],
  // Settings (§6.5.2)
  ['ENABLE_PUSH', [settings([2, 1])], 'PROTOCOL_ERROR'],
  ['an initial window of 2^31', [settings([4, 2 ** 31])], 'FLOW_CONTROL_ERROR'],
  ['a maximal frame of 16,383 bytes', [settings([5, 16_383])], 'PROTOCOL_ERROR'],
  // Streams (§5.1)
  ['HEADERS on a stream that never began', [ok(3)], 'PROTOCOL_ERROR'],
  ['HEADERS on an even stream', [ok(2)], 'PROTOCOL_ERROR'],
  ['DATA on no stream', [frame(TYPE.data, 0, 0, 'x')], 'PROTOCOL_ERROR'],
  ['RST_STREAM of a stream that never began', [frame(TYPE.reset, 0, 5, uint32(8))], 'PROTOCOL_ERROR'],
  ['HEADERS behind the end of a stream', [ok(1), ok(1)], 'STREAM_CLOSED'],
  ['DATA behind the end of a stream', [ok(1), frame(TYPE.data, 0, 1, 'x')], 'STREAM_CLOSED'],
  // Header blocks (§4.3, §6.10)
  ['CONTINUATION alone', [frame(TYPE.continuation, 4, 1, STATUS_200)], 'PROTOCOL_ERROR'],
  [
    'PING inside a header block',
    [frame(TYPE.headers, 0, 1), frame(TYPE.ping, 0, 0, byte(0, 8))],
    'PROTOCOL_ERROR',
  ],
  [
    'CONTINUATION of another stream',
    [frame(TYPE.headers, 0, 1), frame(TYPE.continuation, 4, 3)],
    'PROTOCOL_ERROR',
  ],
  ['an invalid header block', [frame(TYPE.headers, 5, 1, byte(0xff, 9))], 'COMPRESSION_ERROR'],
  [
    'an index of the dynamic table',
    [frame(TYPE.headers, 5, 1, Buffer.from([0x88, 0xbe]))],
    'COMPRESSION_ERROR',
  ],
  [
    'CONTINUATION without end',
    [frame(TYPE.headers, 0, 1), ...flood(frame(TYPE.continuation, 0, 1))],
    'ENHANCE_YOUR_CALM',
  ],
  ['a header list of 512 fields', [frame(TYPE.headers, 5, 1, byte(0x88, 600))], 'ENHANCE_YOUR_CALM'],
  // Flow control (§6.9)
  ['WINDOW_UPDATE by 0', [frame(TYPE.windowUpdate, 0, 0, uint32(0))], 'PROTOCOL_ERROR'],
  ['a window beyond 2^31-1', [frame(TYPE.windowUpdate, 0, 0, uint32(2 ** 31 - 1))], 'FLOW_CONTROL_ERROR'],
  [
    'a stream’s window beyond 2^31-1',
    [frame(TYPE.windowUpdate, 0, 1, uint32(2 ** 31 - 1))],
    'FLOW_CONTROL_ERROR',
  ],
  // Floods (§10.5)
  ['a flood of SETTINGS', flood(settings()), 'ENHANCE_YOUR_CALM'],
  ['a flood of acknowledgements', flood(frame(TYPE.settings, 1, 0)), 'ENHANCE_YOUR_CALM'],
  ['a flood of PING', flood(frame(TYPE.ping, 0, 0, byte(0, 8))), 'ENHANCE_YOUR_CALM'],
  ['a flood of PRIORITY', flood(frame(TYPE.priority, 0, 1, byte(0, 5))), 'ENHANCE_YOUR_CALM'],
  ['a flood of RST_STREAM', [ok(1), ...flood(frame(TYPE.reset, 0, 1, uint32(0)))], 'ENHANCE_YOUR_CALM'],
  [
    'a flood of empty DATA',
    [frame(TYPE.headers, 4, 1, STATUS_200), ...flood(frame(TYPE.data, 0, 1))],
    'ENHANCE_YOUR_CALM',
  ],
  [
    'a flood of informational responses',
    flood(frame(TYPE.headers, 4, 1, field(':status', '103'))),
    'ENHANCE_YOUR_CALM',
  ],
  ['a flood of unknown frames', flood(frame(0xbe, 0, 0)), 'ENHANCE_YOUR_CALM'],
  ['a flood of GOAWAY', flood(frame(TYPE.goaway, 0, 0, uint32(1, 0))), 'ENHANCE_YOUR_CALM'],
];

describe('a peer that violates HTTP/2 is disconnected:', () => {
  for (const [name, says, code] of VIOLATIONS)
    test(`${name}: ${code}`, async () => {
      const { socket, recorder, connection } = await open();
      socket.say(...says);
      assert.equal(connection.closed, true);
      assert.match(recorder.why?.message ?? '', /^the gateway violates HTTP\/2: /);
      assert.equal(recorder.endings.length, 1);
      await setImmediate();
      const goaway = socket.frames().at(-1);
      assert.equal(goaway?.type, TYPE.goaway);
      assert.equal(goaway.payload.readUInt32BE(4), ERROR_CODE[code]);
      // Everything it sends afterwards is ignored.
      socket.say(byte(0xff, 100));
      await setImmediate();
      assert.equal(socket.destroyed, true);
    });

  test('no SETTINGS first: PROTOCOL_ERROR', async () => {
    const socket = new RawSocket();
    const recorder = new Recorder<Exchange>();
    const connection = new Connection<Exchange>(socket, recorder, () => 0);
    socket.say(frame(TYPE.ping, 0, 0, byte(0, 8)));
    assert.equal(connection.closed, true);
  });
});

/** Malformed responses: the stream is reset, and other streams continue (§8.1.1). */
const MALFORMED: readonly (readonly [name: string, says: Buffer[]])[] = [
  ['without a status', [frame(TYPE.headers, 5, 1, field('a', 'b'))]],
  ['with a status that is no number', [frame(TYPE.headers, 5, 1, field(':status', 'abc'))]],
  ['with a status twice', [frame(TYPE.headers, 5, 1, Buffer.from([0x88, 0x88]))]],
  ['with a name in upper case', [frame(TYPE.headers, 5, 1, Buffer.concat([STATUS_200, field('A', 'b')]))]],
  [
    'with a line break in a value',
    [frame(TYPE.headers, 5, 1, Buffer.concat([STATUS_200, field('a', 'b\r\nc')]))],
  ],
  [
    'with a field of HTTP/1.1',
    [frame(TYPE.headers, 5, 1, Buffer.concat([STATUS_200, field('connection', 'close')]))],
  ],
  ['whose DATA comes first', [frame(TYPE.data, 0, 1, 'x')]],
  ['that is informational and final', [frame(TYPE.headers, 5, 1, field(':status', '103'))]],
  ['that switches protocols', [frame(TYPE.headers, 4, 1, field(':status', '101'))]],
  [
    'whose trailers do not end it',
    [frame(TYPE.headers, 4, 1, field(':status', '400')), frame(TYPE.headers, 4, 1, field('a', 'b'))],
  ],
  [
    'with another length than it states',
    [
      frame(TYPE.headers, 4, 1, Buffer.concat([field(':status', '400'), field('content-length', '3')])),
      frame(TYPE.data, 1, 1, 'four'),
    ],
  ],
];

describe('a malformed response ends only its stream:', () => {
  for (const [name, says] of MALFORMED)
    test(name, async () => {
      const { socket, recorder, connection } = await open(2);
      socket.say(...says);
      await setImmediate();
      assert.equal(connection.closed, false);
      assert.deepEqual(
        recorder.endings.map(({ id, ended }) => [id, ended]),
        [[1, false]],
      );
      const reset = socket.frames().at(-1);
      assert.deepEqual([reset?.type, reset?.streamId, reset?.payload.readUInt32BE(0)], [TYPE.reset, 1, 1]);
      // Frames in flight at the reset are dropped.
      socket.say(ok(1), ok(3));
      assert.deepEqual(
        recorder.endings.map(({ id, ended }) => [id, ended]),
        [
          [1, false],
          [3, true],
        ],
      );
    });
});

describe('what a peer may do', () => {
  test('a response may arrive byte by byte', async () => {
    const { socket, recorder } = await open();
    const padded = Buffer.concat([byte(3), Buffer.from('body'), byte(0, 3)]);
    const bytes = Buffer.concat([
      frame(TYPE.headers, 4, 1, field(':status', '103')),
      frame(TYPE.headers, 0x28, 1, Buffer.concat([byte(1), byte(0, 5), STATUS_200, byte(0)])),
      frame(TYPE.continuation, 4, 1, field('a', 'b')),
      frame(0xbe, 0xff, 1, 'extension'),
      frame(TYPE.data, 8, 1, padded),
      frame(TYPE.headers, 5, 1, field('grpc-status', '0')),
    ]);
    socket.say(...Array.from(bytes, (value) => Buffer.from([value])));
    const [stream] = recorder.endings;
    assert(stream?.head !== undefined && stream.ended);
    assert.deepEqual([stream.head.status, [...stream.head.fields]], [200, [['a', 'b']]]);
    assert.equal(stream.body?.toString('utf8', 0, stream.bodyBytes), 'body');
  });

  test('a small window: the body is sent as window is granted, with END_STREAM at its end', async () => {
    const socket = new RawSocket();
    const recorder = new Recorder<Exchange>();
    const connection = new Connection<Exchange>(socket, recorder, () => 0);
    socket.say(settings([4, 3]));
    connection.request(new Exchange(0, () => {}), head, 'a body');
    await setImmediate();
    socket.say(frame(TYPE.windowUpdate, 0, 1, uint32(2)), settings([4, 4]));
    await setImmediate();
    const data = socket.frames().filter(({ type }) => type === TYPE.data);
    assert.deepEqual(
      data.map(({ payload, flags }) => [payload.toString(), flags]),
      [
        ['a b', 0],
        ['od', 0],
        ['y', 1],
      ],
    );
  });

  test('a body of more than 64 KiB is cut, and its stream reset', async () => {
    const { socket, recorder, connection } = await open();
    socket.say(frame(TYPE.headers, 4, 1, STATUS_200));
    for (let n = 0; n < 4; n++) socket.say(frame(TYPE.data, 0, 1, byte(0x61, n < 3 ? 16_384 : 16_383)));
    assert.deepEqual([recorder.endings[0]?.ended, recorder.endings[0]?.bodyBytes], [true, 65_535]);
    assert.equal(connection.closed, false);
  });

  test('a peer occupies at most a megabyte of memory, and gets its window back', async () => {
    const { socket, recorder, connection } = await open(40);
    for (let n = 0; n < 20; n++) {
      socket.say(frame(TYPE.headers, 4, 2 * n + 1, STATUS_200));
      for (let m = 0; m < 3; m++) socket.say(frame(TYPE.data, 0, 2 * n + 1, byte(0x61, 16_384)));
    }
    assert.equal(connection.closed, false, 'twenty times 48 KiB');
    for (let n = 0; n < 20; n++) socket.say(frame(TYPE.data, 1, 2 * n + 1));
    await setImmediate();
    assert.equal(recorder.endings.length, 20);
    assert(socket.frames().some(({ type, streamId }) => type === TYPE.windowUpdate && streamId === 0));
    const before = recorder.endings.length;
    for (let n = 20; n < 40 && !connection.closed; n++) {
      socket.say(frame(TYPE.headers, 4, 2 * n + 1, STATUS_200));
      for (let m = 0; m < 4; m++) socket.say(frame(TYPE.data, 0, 2 * n + 1, byte(0x61, 16_383)));
    }
    assert.equal(connection.closed, true, 'more than its window');
    assert.equal(recorder.endings.length, before + 20);
  });
});

test('a gateway that violates HTTP/2 loses its connection: the attempt is unknown, the next one uses another', async (t) => {
  const { certificate, privateKey } = authority.issueServer(['127.0.0.1']);
  let sockets = 0;
  const server = createServer(
    { cert: certificate, key: privateKey, ALPNProtocols: ['h2'] },
    (socket: TLSSocket) => {
      const bad = sockets++ === 0;
      socket.on('error', () => {});
      socket.write(settings());
      let told = 0;
      socket.on('data', (chunk: Buffer) => {
        if (chunk.includes('apns-id') && told++ === 0)
          socket.write(
            bad
              ? frame(TYPE.continuation, 4, 1)
              : frame(TYPE.headers, 5, 1, Buffer.concat([STATUS_200, field('apns-id', 'x')])),
          );
      });
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { send } = openWithCertificate(t, { host: '127.0.0.1', port, ca: authority.certificate });
  const { kind, answer } = await send();
  assert.deepEqual(
    [kind, answer],
    ['unknown', 'the gateway violates HTTP/2: CONTINUATION without HEADERS (RFC 9113 §6.10)'],
  );
  assert.equal((await send()).kind, 'accepted');
});
