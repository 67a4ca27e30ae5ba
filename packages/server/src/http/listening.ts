// Listens for the connections of an HTTP server. libuv accepts one connection per socket and turn of the event loop
// (https://github.com/libuv/libuv/pull/3696): of 600 that opened at once under load, the last was accepted after 0.6 s, and
// later ones had to wait behind it. So several sockets listen on one port (SO_REUSEPORT), and the kernel spreads
// connections over them.
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net';
import { createPerTurn } from '../fairness/per-turn.ts';

/**
 * With 16 sockets, the last of 600 connections waited 120 to 140 ms; with 64, 40 to 100 ms. Other systems spread connections
 * differently or not at all, so there one socket listens.
 */
const SOCKETS = process.platform === 'linux' ? 64 : 1;

/**
 * Connections that may wait to be accepted, if the kernel allows as many (`net.core.somaxconn`). Beyond it the kernel drops
 * SYN packets, and clients wait a second or three. Node's default is 511.
 */
const BACKLOG = 4_096;

/**
 * New connections that begin to be read per turn of the event loop. When 600 opened at once, each with a call of 64 KB, the five
 * slowest calls of another instance in that second took 27 ms instead of 34 (means of 29 bursts).
 */
const NEW_PER_TURN = 16;

export interface Listening {
  readonly port: number;
  /** No further connection is accepted. Resolves once all have ended. */
  close(): Promise<void>;
}

/** `port` 0: any free one. Rejects if it cannot listen, also if another process has the port. */
export async function listen(http: HttpServer, host: string, port: number): Promise<Listening> {
  // Once, because a name may have several addresses.
  const { address } = await lookup(host);
  // SO_REUSEPORT would let another process of the same user share the port, so a given port is first bound without it. For
  // port 0 the kernel never chooses one that is in use.
  if (port !== 0) await close([await listening(createServer(), { host: address, port })]);
  const where = { host: address, backlog: BACKLOG, reusePort: SOCKETS > 1 };
  const servers: Server[] = [await listening(http, { ...where, port })];
  const { port: given } = http.address() as AddressInfo;
  const begin = createPerTurn<Socket>(NEW_PER_TURN, (socket) => {
    http.emit('connection', socket);
    socket.resume();
  });
  // As `node:http` creates its own server. That one listens too, and begins its connections at once.
  const options = { allowHalfOpen: true, noDelay: true, pauseOnConnect: true };
  try {
    while (servers.length < SOCKETS) {
      const other = createServer(options, (socket) => begin.add(socket));
      servers.push(await listening(other, { ...where, port: given }));
    }
  } catch (error) {
    await close(servers);
    throw error;
  }
  return { port: given, close: () => close(servers) };
}

async function listening<Some extends Server>(server: Some, where: ListenOptions): Promise<Some> {
  // `once` rejects with the error.
  await once(server.listen(where), 'listening');
  return server;
}

async function close(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
}
