// Fairness between tenants: bodies, work and connections that could block others.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { SHARED_MS } from '../../src/fairness/sharing.ts';
import { LEAST_CALL_BYTES } from '../../src/http/limits.ts';
import type { Handlers } from '../../src/operations/handlers.ts';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import {
  KEY,
  call,
  converse,
  exchange,
  get,
  isRefusal,
  signedHead,
  startRecordingServer,
} from './recording-server.ts';
import type { RecordingServer, RequestParts } from './recording-server.ts';

const EVENTS = encodeInput(OPERATIONS.PutChatEvents, GOOD_INPUTS.PutChatEvents);
const eventsOf = (instance: string): RequestParts => ({ ...EVENTS, target: `/chat-events/${instance}` });

const MEBIBYTE = 1024 * 1024;

/** A connection that announces a body and sends it once the server says `100 Continue`. */
class Announced {
  readonly socket: Socket;
  text = '';

  constructor(server: RecordingServer, parts: RequestParts, bytes: number) {
    this.socket = connect(server.port, '127.0.0.1');
    this.socket.setEncoding('utf8');
    this.socket.on('data', (chunk: string) => (this.text += chunk));
    this.socket.on('error', () => {});
    const { head } = signedHead(server.port, {
      ...parts,
      headers: { ...parts.headers, Expect: '100-continue' },
    });
    this.socket.write(head.replace(/Content-Length: \d+/, `Content-Length: ${bytes}`));
  }

  get isLetIn(): boolean {
    return this.text.startsWith('HTTP/1.1 100 ');
  }

  async answered(): Promise<string> {
    while (!/HTTP\/1\.1 [^1]/.test(this.text)) await once(this.socket, 'data');
    return this.text;
  }
}

const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5));
};

const forger = { id: KEY.id, secret: 'not the secret' };

describe('bodies', () => {
  test('of one instance use at most half of the capacity, wait unread beyond it, and leave room for another', async () => {
    await using server = await startRecordingServer({
      limits: { bodyBytes: 40 * MEBIBYTE, waitMs: 500 },
    });
    const flood = Array.from({ length: 20 }, () => new Announced(server, eventsOf('i-1'), 5 * MEBIBYTE));
    await until(() => flood.filter((one) => one.isLetIn).length >= 3);
    const other = new Announced(server, eventsOf('i-2'), 5 * MEBIBYTE);
    await until(() => other.isLetIn);
    assert.equal((await call(server, eventsOf('i-2'))).status, 200);
    assert.equal(flood.filter((one) => one.isLetIn).length, 3);
    const waited = await Promise.all(flood.filter((one) => !one.isLetIn).map((one) => one.answered()));
    for (const text of waited) {
      assert.match(text, /^HTTP\/1\.1 429 .*x-amzn-errortype: ThrottlingException\r\n.*retry-after: 1\r\n/is);
      assert.match(text, /\{"Message":"Too many calls for this instance are already waiting\."\}$/);
    }
    for (const { socket } of [...flood, other]) socket.destroy();
  });

  test('of connections that have closed give their room back', async () => {
    await using server = await startRecordingServer({ limits: { bodyBytes: 40 * MEBIBYTE } });
    const flood = Array.from({ length: 20 }, () => new Announced(server, eventsOf('i-1'), 5 * MEBIBYTE));
    await until(() => flood.filter((one) => one.isLetIn).length >= 3);
    for (const { socket } of flood) socket.destroy();
    const next = new Announced(server, eventsOf('i-1'), 5 * MEBIBYTE);
    await until(() => next.isLetIn);
    next.socket.destroy();
  });

  test('that do not arrive in time are refused, and end their connection', async () => {
    await using server = await startRecordingServer({ limits: { bodyTimeoutMs: 50 } });
    const answer = await exchange(server.port, signedHead(server.port, EVENTS).head, EVENTS.body.slice(0, 9));
    assert.equal(isRefusal(answer, 'RequestTimeoutException'), undefined);
    assert.equal(answer.headers.get('connection'), 'close');
  });

  test('of a forger are queued separately after a few failures, not with the named key', async () => {
    await using server = await startRecordingServer({
      trustedProxies: ['127.0.0.1'],
      limits: { bodyBytes: 40 * MEBIBYTE },
    });
    const from = (address: string) => ({ headers: { 'X-Forwarded-For': `1.2.3.4, ${address}` } });
    for (let failures = 0; failures < 12; failures++) {
      const answer = await call(server, { ...eventsOf('i-1'), ...from('10.0.0.66'), key: forger });
      assert.equal(isRefusal(answer, 'InvalidSignatureException'), undefined);
    }
    const stalled = Array.from(
      { length: 10 },
      () => new Announced(server, { ...eventsOf('i-1'), ...from('10.0.0.66'), key: forger }, 5 * MEBIBYTE),
    );
    await until(() => stalled.filter((one) => one.isLetIn).length >= 3);
    const tenant = new Announced(server, { ...eventsOf('i-1'), ...from('10.0.0.1') }, 5 * MEBIBYTE);
    await until(() => tenant.isLetIn);
    for (const { socket } of [...stalled, tenant]) socket.destroy();
  });
});

describe('the work of an instance', () => {
  const SIZE = EVENTS.body.length + LEAST_CALL_BYTES;

  /** A server for ten calls of an instance alone, or four of each. Those of others than `i-2` do not end until `release`. */
  async function startHolding() {
    const released = Promise.withResolvers<void>();
    const running = new Map<string, number>();
    const putChatEvents: Handlers['PutChatEvents'] = async ({ InstanceId }) => {
      running.set(InstanceId, (running.get(InstanceId) ?? 0) + 1);
      if (InstanceId !== 'i-2') await released.promise;
      return { Results: [] };
    };
    let aheadMs = 0;
    const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs };
    const server = await startRecordingServer({
      handlers: { PutChatEvents: putChatEvents } as Handlers,
      limits: { workBytesAlone: 10 * SIZE, workBytesShared: 4 * SIZE },
      clock,
    });
    return {
      server,
      runningOf: (instance: string) => running.get(instance) ?? 0,
      pass: (ms: number) => (aheadMs += ms),
      release: () => released.resolve(),
      flood: (instance: string) => Array.from({ length: 40 }, () => call(server, eventsOf(instance))),
      async [Symbol.asyncDispose]() {
        released.resolve();
        await server[Symbol.asyncDispose]();
      },
    };
  }

  test('beyond its limit waits, and another instance is answered meanwhile', async () => {
    await using held = await startHolding();
    const flood = held.flood('i-1');
    await until(() => held.runningOf('i-1') >= 10);
    assert.equal((await call(held.server, eventsOf('i-2'))).status, 200);
    assert.equal(held.runningOf('i-1'), 10);
    held.release();
    const statuses = new Set((await Promise.all(flood)).map(({ status }) => status));
    assert.deepEqual([...statuses], [200]);
  });

  test('is less at once when another instance has called lately', async () => {
    await using held = await startHolding();
    await call(held.server, eventsOf('i-2'));
    const flood = held.flood('i-1');
    await until(() => held.runningOf('i-1') >= 4);
    assert.equal((await call(held.server, eventsOf('i-2'))).status, 200);
    assert.equal(held.runningOf('i-1'), 4);
    held.release();
    await Promise.all(flood);
  });

  test('is not less when another instance called long ago', async () => {
    await using held = await startHolding();
    await call(held.server, eventsOf('i-2'));
    held.pass(SHARED_MS);
    const flood = held.flood('i-1');
    await until(() => held.runningOf('i-1') >= 10);
    held.release();
    await Promise.all(flood);
  });

  // Another instance's calls of 5 MB kept all but one call of each from beginning.
  test('is not limited by what a larger call of another instance takes', async () => {
    await using held = await startHolding();
    const large = { ...eventsOf('i-3'), body: EVENTS.body.padEnd(20 * SIZE) };
    const calls = [call(held.server, large)];
    await until(() => held.runningOf('i-3') === 1);
    calls.push(...held.flood('i-1'));
    await until(() => held.runningOf('i-1') >= 4);
    held.release();
    await Promise.all(calls);
  });
});

test('callers that leave while their call waits for its turn give back the room of their bodies', async () => {
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const putChatEvents: Handlers['PutChatEvents'] = async () => {
    begun.resolve();
    await release.promise;
    return { Results: [] };
  };
  const bodyBytes = 40 * (EVENTS.body.length + LEAST_CALL_BYTES);
  await using server = await startRecordingServer({
    handlers: { PutChatEvents: putChatEvents } as Handlers,
    // One call at a time.
    limits: { bodyBytes, workBytesAlone: 1, waitMs: 500 },
  });
  const first = call(server, eventsOf('i-1'));
  await begun.promise;
  const waiting = Array.from({ length: 18 }, () => {
    const { head } = signedHead(server.port, eventsOf('i-1'));
    const socket = connect(server.port, '127.0.0.1');
    socket.write(head + EVENTS.body);
    return socket;
  });
  await Promise.all(waiting.map((socket) => once(socket, 'connect')));
  assert.equal((await get(server, '/livez')).status, 200);
  // The server closes its end once it has seen that the caller left.
  for (const socket of waiting) socket.resume().end();
  await Promise.all(waiting.map((socket) => once(socket, 'close')));
  release.resolve();
  assert.equal((await first).status, 200);
  const next = Array.from({ length: 15 }, () => new Announced(server, eventsOf('i-1'), EVENTS.body.length));
  await until(() => next.every((one) => one.isLetIn));
  for (const { socket } of next) socket.destroy();
});

describe('a connection', () => {
  const host = (server: RecordingServer) => `Host: 127.0.0.1:${server.port}\r\n`;

  test('that pipelines too many requests gets an error and is closed', async () => {
    await using server = await startRecordingServer({ limits: { readAhead: 4 } });
    const ahead = `GET /livez HTTP/1.1\r\n${host(server)}\r\n`.repeat(100);
    const answer = await exchange(server.port, ahead);
    assert.equal(isRefusal(answer, 'ThrottlingException'), undefined);
    assert.equal(answer.headers.get('connection'), 'close');
    const few = `GET /livez HTTP/1.1\r\n${host(server)}\r\n`.repeat(4);
    const text = await converse(server.port, [few], (text) => text.split('"alive"').length > 4);
    assert.equal(text.split('"alive":true').length, 5);
  });

  test('that closes leaves no work behind', async () => {
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    let asked = 0;
    const metrics = async () => {
      asked++;
      started.resolve();
      await release.promise;
      return { contentType: 'text/plain', body: '' };
    };
    await using server = await startRecordingServer({ metrics });
    const socket = connect(server.port, '127.0.0.1');
    socket.write(`GET /metrics HTTP/1.1\r\n${host(server)}\r\n`.repeat(10));
    await started.promise;
    socket.destroy();
    await until(() => socket.closed);
    // The server hears of it before it can answer another.
    await get(server, '/livez');
    release.resolve();
    assert.equal((await get(server, '/livez')).status, 200);
    assert.equal(asked, 1);
  });

  test('whose answers are not read is closed', async () => {
    const body = 'x'.repeat(32 * MEBIBYTE);
    await using server = await startRecordingServer({
      metrics: async () => ({ contentType: 'text/plain', body }),
      limits: { answerTimeoutMs: 50 },
    });
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.pause();
    const closed = once(socket, 'close');
    socket.write(`GET /metrics HTTP/1.1\r\n${host(server)}\r\n`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    socket.resume();
    await closed;
    assert.ok(socket.bytesRead < body.length, `${socket.bytesRead} bytes were taken`);
  });

  test('of an unknown caller without its body is closed after its answer', async () => {
    await using server = await startRecordingServer({ limits: { lingerMs: 50 } });
    const head = `PUT /chat-events/i-1 HTTP/1.1\r\n${host(server)}Content-Length: 10000000\r\n\r\n`;
    const text = await converse(server.port, [head, '{'], () => false);
    assert.match(text, /MissingAuthenticationTokenException/);
  });
});
