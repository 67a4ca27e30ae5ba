import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPush, openWithCertificate } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('closing a gateway', () => {
  test('lets attempts in flight finish and starts no more', async (t) => {
    const peer = await startPeer(t);
    const { begin, gateway } = openWithCertificate(t, peer);
    const [attempt] = await begin(1);
    const request = await peer.request(0);
    const closed = gateway.close(60_000);
    assert.equal(gateway.credit, 0);
    assert.equal((await gateway.attempt(aPush())).kind, 'unsent');
    ok(request);
    assert.equal((await attempt)?.kind, 'accepted');
    await closed;
  });

  test('ends remaining attempts as unknown after the grace period', async (t) => {
    const peer = await startPeer(t);
    const { begin, gateway } = openWithCertificate(t, peer);
    const attempts = await begin(2);
    await peer.request(1);
    await gateway.close(20);
    for (const { kind, answer } of await Promise.all(attempts)) {
      assert.deepEqual([kind, answer], ['unknown', 'closed at the end of the grace period']);
    }
  });

  test('while it connects leaves nothing behind', async (t) => {
    const peer = await startPeer(t);
    const { gateway, troubles } = openWithCertificate(t, peer);
    gateway.want(1);
    await gateway.close(1_000);
    await gateway.close(1_000);
    assert.deepEqual(troubles, []);
  });

  test('that was never used returns immediately', async (t) => {
    const peer = await startPeer(t);
    const { gateway } = openWithCertificate(t, peer);
    await gateway.close(1_000);
    gateway.want(1);
    assert.equal(gateway.credit, 0);
    assert.equal(peer.sessions.length, 0);
  });
});
