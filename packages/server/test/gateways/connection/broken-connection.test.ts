// As measured with node:http2 (Node 24): a FIN emits neither `error` nor `response`, an RST emits an error.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openWithCertificate, soon } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('a connection that breaks with attempts in flight', () => {
  test('by FIN: they are unknown, and the next connection is opened', async (t) => {
    const peer = await startPeer(t, { answer: (request, n) => n > 1 && ok(request) });
    const { begin, send } = openWithCertificate(t, peer);
    const attempts = await begin(2);
    const { session } = await peer.request(1);
    peer.socketOf(session).end();
    for (const { kind, answer } of await Promise.all(attempts)) {
      assert.deepEqual([kind, answer], ['unknown', 'connection closed by the gateway']);
    }
    assert.equal((await send()).kind, 'accepted');
  });

  test('by RST: they are unknown, and the next connection is opened', async (t) => {
    const peer = await startPeer(t, { answer: (request, n) => n > 1 && ok(request) });
    const { begin, send } = openWithCertificate(t, peer);
    const attempts = await begin(2);
    const { session } = await peer.request(1);
    peer.socketOf(session).resetAndDestroy();
    for (const { kind, answer } of await Promise.all(attempts)) {
      assert.deepEqual([kind, answer], ['unknown', 'ECONNRESET']);
    }
    assert.equal((await send()).kind, 'accepted');
  });

  test('after a success status: accepted, because Apple has the push', async (t) => {
    const peer = await startPeer(t, {
      answer({ session, stream, headers }) {
        stream.respond({ ':status': 200, 'apns-id': headers['apns-id'] });
        stream.write('{', () => peer.socketOf(session).end());
      },
    });
    const { send } = openWithCertificate(t, peer);
    assert.equal((await send()).kind, 'accepted');
  });

  test('in the middle of a refusal: unknown, because the reason is missing', async (t) => {
    const peer = await startPeer(t, {
      answer({ session, stream }) {
        stream.respond({ ':status': 410 });
        stream.write('{"reason":"Unregi', () => peer.socketOf(session).end());
      },
    });
    const { send } = openWithCertificate(t, peer);
    assert.equal((await send()).kind, 'unknown');
  });

  test('while idle: only the next attempt notices, and gets another connection', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway, send } = openWithCertificate(t, peer);
    assert.equal((await send()).kind, 'accepted');
    gateway.want(0);
    const [session] = peer.sessions;
    assert(session !== undefined);
    peer.socketOf(session).resetAndDestroy();
    await soon(() => gateway.credit === 0);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 2);
  });
});
