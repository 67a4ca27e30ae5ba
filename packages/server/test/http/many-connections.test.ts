// 600 connections that opened at once filled the kernel's queue of 511: the others' SYN packets were dropped, and were
// sent again only after 1 and 3 seconds (found by `bench flood`: an answer of /livez took 3.4 s).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { end, start } from '../promises/process.ts';

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
