// Happy Eyeballs (RFC 8305). Regression: an address that swallows packets delayed the first push by 29 s, a name server that
// never answers for IPv6 by 28 s.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { describe, test, type TestContext } from 'node:test';
import { askNameServers, resolveBySystem } from '../../../src/gateways/connect.ts';
import { alternate, connectTcp } from '../../../src/gateways/race.ts';
import { openTunnel } from '../../../src/gateways/tunnel.ts';
import { startConnectProxy } from '../../doctor/connect-proxy.ts';
import { openBlackHole } from '../black-hole.ts';
import { IMPATIENT, openWithCertificate } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

/** One delay of 250 ms, plus tolerance for a busy machine. */
const SOON_MS = 750;
const SWALLOWS = '127.0.0.9';
const signal = new AbortController().signal;

async function timed<T>(action: () => Promise<T>): Promise<{ result: T; ms: number }> {
  const startedAt = performance.now();
  const result = await action();
  return { result, ms: performance.now() - startedAt };
}

describe('an address that swallows packets', () => {
  test('costs the first push a quarter of a second', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    await openBlackHole(t, SWALLOWS, peer.port);
    const first = (addresses: string[]): Promise<{ ms: number }> => {
      const endpoint = { host: 'localhost', port: peer.port, ca: peer.ca };
      const sender = openWithCertificate(t, endpoint, { resolve: async () => addresses, random: () => 0 });
      return timed(async () => assert.equal((await sender.send()).kind, 'accepted'));
    };
    const { ms: straight } = await first(['127.0.0.1']);
    const { ms: delayed } = await first([SWALLOWS, '127.0.0.1']);
    assert(delayed - straight < SOON_MS, `${delayed} ms, without it ${straight} ms`);
  });

  test('of a proxy costs a quarter of a second', async (t) => {
    const proxy = await startConnectProxy(t);
    const peer = await startPeer(t);
    await openBlackHole(t, SWALLOWS, Number(new URL(proxy.url).port));
    const { result, ms } = await timed(() =>
      openTunnel(proxy.url, peer, signal, async () => [SWALLOWS, '127.0.0.1']),
    );
    result.destroy();
    assert(ms < SOON_MS, `${ms} ms`);
  });

  test('is tried until the connect timeout if there is no other address', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    t.after(() => void server.close());
    await openBlackHole(t, SWALLOWS, port);
    const over = AbortSignal.timeout(400);
    await assert.rejects(connectTcp([SWALLOWS], port, over), { name: 'TimeoutError' });
  });
});

describe('addresses that refuse', () => {
  test('cost no time, and are all named if every address refuses', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { result, ms } = await timed(() =>
      connectTcp(['127.0.0.2', '127.0.0.3', '127.0.0.1'], port, signal),
    );
    assert.equal(result.remoteAddress, '127.0.0.1');
    assert(ms < SOON_MS);
    const closed = once(server, 'close');
    result.destroy();
    server.close();
    await closed;
    await assert.rejects(connectTcp(['127.0.0.2', '127.0.0.3'], port, signal), {
      code: 'ECONNREFUSED',
      message: `connect ECONNREFUSED 127.0.0.2:${port}, connect ECONNREFUSED 127.0.0.3:${port}`,
    });
  });

  test('alternate between the families, whichever comes first', () => {
    assert.deepEqual(alternate(['::1', '::2', '::3', '1.1.1.1', '2.2.2.2']), [
      '::1',
      '1.1.1.1',
      '::2',
      '2.2.2.2',
      '::3',
    ]);
    assert.deepEqual(alternate(['1.1.1.1', '::1', '2.2.2.2']), ['1.1.1.1', '::1', '2.2.2.2']);
    assert.deepEqual(alternate([]), []);
  });
});

/** A name server that answers 192.0.2.1 for IPv4 and 2001:db8::1 for IPv6, or nothing for one of them. */
async function startNameServer(t: TestContext, mute: readonly ('A' | 'AAAA')[]): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const end = query.indexOf(0, 12) + 5; // the question: name, type, class
    const type = query.readUInt16BE(end - 4) === 1 ? 'A' : 'AAAA';
    if (mute.includes(type)) return;
    const ip =
      type === 'A' ? Buffer.from([192, 0, 2, 1]) : Buffer.from('20010db8'.padEnd(31, '0') + '1', 'hex');
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(0x8180, 2); // an answer, without error
    header.writeUInt32BE(0x00010001, 4); // one question, one answer
    header.writeUInt32BE(0, 8);
    const record = Buffer.alloc(12);
    record.writeUInt16BE(0xc00c, 0); // the name of the question
    query.copy(record, 2, end - 4, end);
    record.writeUInt16BE(ip.length, 10);
    socket.send(Buffer.concat([header, query.subarray(12, end), record, ip]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  t.after(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

describe('a name server', () => {
  test('gives the addresses of both families', async (t) => {
    const server = await startNameServer(t, []);
    const addresses = await askNameServers('push.example', signal, [server]);
    assert.deepEqual([...addresses].sort(), ['192.0.2.1', '2001:db8::1']);
  });

  for (const family of ['A', 'AAAA'] as const)
    test(`that never answers for ${family} delays nothing`, async (t) => {
      const server = await startNameServer(t, [family]);
      const { result, ms } = await timed(() => askNameServers('push.example', signal, [server]));
      assert.deepEqual(result, [family === 'A' ? '2001:db8::1' : '192.0.2.1']);
      assert(ms < SOON_MS, `${ms} ms`);
    });

  test('that never answers at all is named in the error', async (t) => {
    const server = await startNameServer(t, ['A', 'AAAA']);
    const { gateway, troubles, until } = openWithCertificate(
      t,
      { host: 'push.example', port: 443, ca: '' },
      {
        policy: { ...IMPATIENT, connectMs: 200 },
        resolve: (host, signal) => askNameServers(host, signal, [server]),
      },
    );
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], {
      about: 'connection',
      answer: 'DNS_TIMEOUT: no name server has answered for push.example',
    });
  });

  test('is not asked for names in the hosts file', async () => {
    const addresses = await resolveBySystem('localhost');
    assert(addresses.includes('127.0.0.1') || addresses.includes('::1'));
  });
});
