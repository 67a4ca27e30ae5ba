// SETTINGS_MAX_CONCURRENT_STREAMS: Apple begins with one stream, cuts to one after a rejection and raises it again
// (github.com/jchambers/pushy/issues/476, github.com/jchambers/pushy/issues/732).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPush, IMPATIENT, openWithCertificate } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('the stream limit', () => {
  test('is known before the first attempt, and never exceeded', async (t) => {
    const peer = await startPeer(t, { settings: { maxConcurrentStreams: 3 } });
    const { begin, gateway } = openWithCertificate(t, peer);
    const attempts = await begin(3);
    assert.equal(gateway.credit, 0);
    assert.deepEqual(await gateway.attempt(aPush()), {
      kind: 'unsent',
      answer: 'no stream is free',
      ms: 0,
    });
    for (let n = 0; n < 3; n++) ok(await peer.request(n));
    for (const attempt of attempts) assert.equal((await attempt).kind, 'accepted');
    assert.equal(gateway.credit, 3);
  });

  test('is used immediately when raised', async (t) => {
    const peer = await startPeer(t, { settings: { maxConcurrentStreams: 1 } });
    const { begin, gateway, until } = openWithCertificate(t, peer);
    const [first] = await begin(1);
    const request = await peer.request(0);
    assert.equal(gateway.credit, 0);
    request.session.settings({ maxConcurrentStreams: 5 });
    await until(() => gateway.credit === 4);
    const more = Array.from({ length: 4 }, () => gateway.attempt(aPush()));
    for (let n = 0; n < 5; n++) ok(await peer.request(n));
    for (const attempt of [first, ...more]) assert.equal((await attempt)?.kind, 'accepted');
  });

  test('reduced below the streams in flight gives no credit until enough have ended', async (t) => {
    const peer = await startPeer(t, { settings: { maxConcurrentStreams: 10 } });
    const { begin, gateway } = openWithCertificate(t, peer);
    const attempts = await begin(4);
    const { session } = await peer.request(3);
    await peer.settings(session, { maxConcurrentStreams: 1 });
    for (let n = 0; n < 3; n++) {
      ok(await peer.request(n));
      assert.equal((await attempts[n])?.kind, 'accepted');
      assert.equal(gateway.credit, 0);
    }
    ok(await peer.request(3));
    assert.equal((await attempts[3])?.kind, 'accepted');
    assert.equal(gateway.credit, 1);
  });

  test('of zero means waiting until it is raised', async (t) => {
    const peer = await startPeer(t, { settings: { maxConcurrentStreams: 0 }, answer: ok });
    const { gateway, send } = openWithCertificate(t, peer);
    const attempt = send();
    const session = await peer.session(0);
    await peer.settings(session, { maxConcurrentStreams: 0 });
    assert.equal(gateway.credit, 0);
    await peer.settings(session, { maxConcurrentStreams: 1 });
    assert.equal((await attempt).kind, 'accepted');
    assert.equal(peer.sessions.length, 1);
  });

  test('of zero permanently is a problem, and another connection is tried', async (t) => {
    const peer = await startPeer(t, { settings: { maxConcurrentStreams: 0 } });
    const policy = { ...IMPATIENT, connectMs: 50 };
    const { gateway, troubles, until } = openWithCertificate(t, peer, { policy });
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], { about: 'connection', answer: 'no stream allowed for 50 ms' });
    await peer.session(1);
  });
});
