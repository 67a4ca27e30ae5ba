// Connections that die while checked out but idle: the pool listens only to idle connections in the pool, and an unhandled
// 'error' event ends a Node process. Found when a database that shut down under load crashed the service.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { createDatabase } from '../../src/store/postgres/database.ts';
import { createHosts } from '../../src/store/postgres/hosts.ts';
import { createSockets } from '../../src/store/postgres/sockets.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';

/** A message of PostgreSQL's protocol: a type, the length without the type, the body. */
function message(type: string, body: string | Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type, 'latin1');
  head.writeUInt32BE(4 + body.length, 1);
  return Buffer.concat([head, Buffer.from(body)]);
}

const WELCOME = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', 'I')]);
const SHUT_DOWN = message(
  'E',
  'SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0',
);

test('a server that shuts down right after the handshake fails only the call', async (t) => {
  const server = createServer((socket) => {
    // In one packet: the shutdown message is read when the connection was just checked out and has no query yet.
    socket.once('data', () => socket.end(Buffer.concat([WELCOME, SHUT_DOWN])));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const database = createDatabase({
    hosts: createHosts([`postgres://u@127.0.0.1:${port}/d`]),
    schema: 's',
    connections: 2,
    sockets: createSockets(),
    session: { isPooled: false, isPrepared: true },
  });
  t.after(() => database.close());

  await assert.rejects(database.query({ text: 'select 1' }), StoreUnavailableError);
  await assert.rejects(
    database.transaction((query) => query({ text: 'select 1' })),
    StoreUnavailableError,
  );
});
