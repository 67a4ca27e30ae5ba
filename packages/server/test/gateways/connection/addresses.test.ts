// Apple: query DNS again before each connection and spread connections over the addresses (github.com/jchambers/pushy/pull/571).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TLSSocket } from 'node:tls';
import { spread, resolveUncached } from '../../../src/gateways/connect.ts';
import { openWithCertificate, PATIENT, soon } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('the addresses of a gateway', () => {
  test('are queried before each connection, and connections are spread over them', async (t) => {
    const here = await startPeer(t, { answer: ok });
    const there = await startPeer(t, { answer: ok, host: '127.0.0.2', port: here.port });
    let asked = 0;
    const { gateway } = openWithCertificate(
      t,
      { host: 'localhost', port: here.port, ca: here.ca },
      {
        policy: { ...PATIENT, maxSessions: 4, maxStreams: 10 },
        resolve: async () => {
          asked++;
          return ['127.0.0.1', '127.0.0.2'];
        },
      },
    );
    gateway.want(10);
    await soon(() => here.sessions.length + there.sessions.length === 1 && gateway.credit === 10);
    gateway.want(20);
    await soon(() => gateway.credit === 20);
    assert.deepEqual([here.sessions.length, there.sessions.length], [1, 1]);
    assert.equal(asked, 2);
    const { servername } = (await here.session(0)).socket as TLSSocket;
    assert.equal(servername, 'localhost');
  });

  test('that do not answer are skipped', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { send, troubles } = openWithCertificate(
      t,
      { host: 'localhost', port: peer.port, ca: peer.ca },
      { resolve: async () => ['127.0.0.3', '127.0.0.1'], random: () => 0 },
    );
    assert.equal((await send()).kind, 'accepted');
    assert.deepEqual(troubles, []);
  });

  test('come in random order, the least used first', () => {
    assert.deepEqual(
      spread(
        ['a', 'b', 'c'],
        new Map([
          ['a', 2],
          ['b', 1],
        ]),
        () => 0.5,
      ),
      ['c', 'b', 'a'],
    );
    const orders = new Set<string>();
    for (let n = 0; n < 100; n++) orders.add(spread(['a', 'b', 'c'], new Map(), Math.random).join(''));
    assert(orders.size > 1);
  });

  test('may be names from the hosts file, or IP addresses', async () => {
    const local = await resolveUncached('localhost');
    assert(local.includes('127.0.0.1') || local.includes('::1'));
    assert.deepEqual(await resolveUncached('192.0.2.1'), ['192.0.2.1']);
  });
});
