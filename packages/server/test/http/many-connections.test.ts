// Connections that open at once. Found by `bench flood`: 600 of them filled the kernel's queue of 511, so SYN packets were
// dropped and were sent again only after 1 and 3 seconds (an answer of /livez took 3.4 s). Then one was accepted per turn of
// the event loop, under load after 0.6 s.
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { end, start } from '../promises/process.ts';
import { startRecordingServer } from './recording-server.ts';

const CONNECTIONS = 1_000;
/** Of the kernel (https://docs.kernel.org/networking/ip-sysctl.html); a listener's queue is no longer than this. */
const MOST_QUEUED = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));

test(
  `${CONNECTIONS} connections open while the event loop is busy`,
  { skip: MOST_QUEUED < CONNECTIONS && `net.core.somaxconn is ${MOST_QUEUED}` },
  async () => {
    const service = await start([], { CHATPUSH_PORT: '0', CHATPUSH_LOG: 'silent' });
    try {
      const { hostname, port } = new URL(service.url);
      // A stopped process accepts nothing: all wait in the queue.
      service.child.kill('SIGSTOP');
      const sockets = Array.from({ length: CONNECTIONS }, () => connect(Number(port), hostname));
      const signal = AbortSignal.timeout(20_000);
      const opened = await Promise.allSettled(sockets.map((socket) => once(socket, 'connect', { signal })));
      for (const socket of sockets) socket.destroy();
      assert.equal(opened.filter(({ status }) => status === 'fulfilled').length, CONNECTIONS);
    } finally {
      service.child.kill('SIGCONT');
      await end(service, 'SIGTERM');
    }
  },
);

const OPENS_CONNECTIONS = `
  const { connect } = require('node:net');
  const { workerData: { port, opened, count } } = require('node:worker_threads');
  for (let n = 0; n < count; n++) {
    const socket = connect(port, '127.0.0.1', () =>
      socket.write('GET /livez HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n', () => {
        Atomics.add(opened, 0, 1);
        Atomics.notify(opened, 0);
      }),
    );
  }
`;

test(
  'of connections that wait, several are accepted in each turn of the event loop, and a few begin to be read',
  { skip: process.platform !== 'linux' && 'one socket listens' },
  async () => {
    await using server = await startRecordingServer();
    const count = 200;
    const accepted: number[] = [];
    const begun: number[] = [];
    let turn = 0;
    const countAccepted = (): void => void accepted.push(turn);
    const countBegun = (): void => void begun.push(turn);
    subscribe('net.server.socket', countAccepted);
    subscribe('http.server.request.start', countBegun);
    const opened = new Int32Array(new SharedArrayBuffer(4));
    const { port } = server;
    await using worker = new Worker(OPENS_CONNECTIONS, { eval: true, workerData: { port, opened, count } });
    await once(worker, 'online');
    // The thread accepts nothing while it waits for the worker.
    for (let seen = 0; seen < count; seen = Atomics.load(opened, 0))
      assert.notEqual(Atomics.wait(opened, 0, seen, 20_000), 'timed-out');
    for (; begun.length < count; turn++) await nextTurn();
    unsubscribe('net.server.socket', countAccepted);
    unsubscribe('http.server.request.start', countBegun);
    const turns = accepted.at(-1)! + 1;
    assert.ok(turns < count / 4, `${turns} turns for ${count} connections`);
    // 16, and one of the socket that node:http listens on.
    const most = Math.max(...[...Map.groupBy(begun, (at) => at).values()].map(({ length }) => length));
    assert.ok(most <= 17, `${most} requests in a turn`);
  },
);
