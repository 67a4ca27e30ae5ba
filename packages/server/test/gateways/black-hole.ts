// An address that swallows packets, on a machine without root or firewall: a socket that listens and never accepts, whose
// queue is full. Linux then silently drops every further SYN.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';

/** Blocks its own event loop as soon as it listens. */
const LISTENER = `
  require('node:net').createServer().listen({ host: process.argv[1], port: Number(process.argv[2]), backlog: 1 }, () => {
    require('node:fs').writeSync(1, 'listening');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  });
`;

/** From its return until the end of the test, connections to this address and port hang. */
export async function openBlackHole(test: TestContext, host: string, port: number): Promise<void> {
  const listener = spawn(process.execPath, ['-e', LISTENER, host, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const sockets: Socket[] = [];
  test.after(() => {
    for (const socket of sockets) socket.destroy();
    listener.kill('SIGKILL');
  });
  await once(listener.stdout, 'data');
  for (;;) {
    const socket = connect(port, host);
    socket.on('error', () => {}); // ends with the listener
    sockets.push(socket);
    const connected = once(socket, 'connect').then(() => true);
    if (!(await Promise.race([connected, setTimeout(500, false)]))) return;
  }
}
