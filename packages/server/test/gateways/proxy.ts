// A TCP connection between a sender and a peer that can go silent without closing, like a pulled cable or a firewall that lost
// its state.
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface Proxy {
  readonly host: string;
  readonly port: number;
  /** From now on nothing passes on existing connections. New ones work. */
  freeze(): void;
}

export async function startProxy(test: TestContext, target: { host: string; port: number }): Promise<Proxy> {
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    const far = connect(target.port, target.host);
    sockets.push(near, far);
    for (const socket of [near, far]) socket.on('error', () => {}); // the other end tells
    near.pipe(far);
    far.pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    freeze() {
      for (const socket of sockets) socket.unpipe().pause();
    },
  };
}
