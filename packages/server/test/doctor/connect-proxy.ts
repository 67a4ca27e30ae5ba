// An HTTP proxy that supports only CONNECT, as in networks with a single exit.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface ConnectProxy {
  readonly url: string;
  /** The requested `host:port`s, refused or not. */
  readonly asked: readonly string[];
}

/** `password`: only callers with user and this password pass. `status`: all callers are refused with it. */
export async function startConnectProxy(
  test: TestContext,
  { password, status }: { readonly password?: string; readonly status?: number } = {},
): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.on('connect', (request, near: Socket) => {
    const { url: to = '', headers } = request;
    asked.push(to);
    near.on('error', () => near.destroy()); // the peer disconnected
    const wanted = password && `Basic ${Buffer.from(`user:${password}`).toString('base64')}`;
    const refusal = status ?? (wanted && headers['proxy-authorization'] !== wanted ? 407 : undefined);
    if (refusal !== undefined) {
      near.end(`HTTP/1.1 ${refusal} No\r\n\r\n`);
      return;
    }
    const { hostname, port } = new URL(`http://${to}`);
    const far = connect(Number(port || 80), hostname, () => {
      near.write('HTTP/1.1 200 Connection established\r\n\r\n');
      near.pipe(far).pipe(near);
    });
    sockets.add(far);
    far.on('error', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  test.after(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo;
  const user = password === undefined ? '' : `user:${encodeURIComponent(password)}@`;
  return { url: `http://${user}127.0.0.1:${port}`, asked };
}
