import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openApns, openWithCertificate, PATIENT, soon } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('connections', () => {
  test('are opened while attempts wait, no more than needed and allowed', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway } = openWithCertificate(t, peer, {
      policy: { ...PATIENT, maxSessions: 3, maxStreams: 10 },
    });
    assert.equal(peer.sessions.length, 0);
    gateway.want(1);
    await soon(() => gateway.credit === 10);
    gateway.want(11);
    await soon(() => gateway.credit === 20);
    gateway.want(1_000);
    await soon(() => gateway.credit === 30);
    gateway.want(1_000);
    await soon(() => peer.sessions.length === 3);
    assert.equal(gateway.credit, 30);
  });

  test('share the attempts', async (t) => {
    const peer = await startPeer(t);
    const { begin, gateway } = openWithCertificate(t, peer, {
      policy: { ...PATIENT, maxSessions: 2, maxStreams: 10 },
    });
    gateway.want(20);
    await soon(() => gateway.credit === 20);
    const attempts = await begin(10);
    await peer.request(9);
    const perSession = peer.sessions.map(
      (session) => peer.requests.filter((request) => request.session === session).length,
    );
    assert.deepEqual(perSession, [5, 5]);
    for (const request of peer.requests) ok(request);
    await Promise.all(attempts);
  });

  test('that are idle and not needed are closed, but never the last one', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const policy = { ...PATIENT, maxSessions: 3, maxStreams: 1, surplusMs: 20 };
    const { begin, gateway } = openWithCertificate(t, peer, { policy });
    await Promise.all(await begin(3));
    assert.equal(peer.sessions.length, 3);
    await soon(() => {
      gateway.want(0);
      return gateway.credit === 1;
    });
    await soon(() => peer.sessions.filter((session) => !session.destroyed).length === 1);
    gateway.want(0);
    assert.equal(gateway.credit, 1);
  });

  test('to Apple carry one attempt until a token has been accepted', async (t) => {
    const peer = await startPeer(t, {
      answer(request, n) {
        if (n > 0) return ok(request);
        request.stream.respond({ ':status': 403 });
        request.stream.end('{"reason":"InvalidProviderToken"}');
      },
    });
    const { gateway, send } = openApns(t, peer, { policy: { ...PATIENT, maxSessions: 1 } });
    gateway.want(100);
    await soon(() => gateway.credit > 0);
    assert.equal(gateway.credit, 1);
    assert.equal((await send()).kind, 'rejected');
    assert.equal(gateway.credit, 1);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(gateway.credit, 1_000);
  });

  test('are replaced before the identifiers of their streams run out', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { send } = openWithCertificate(t, peer, { policy: { ...PATIENT, maxRequests: 2 } });
    for (let n = 0; n < 5; n++) assert.equal((await send()).kind, 'accepted');
    const perSession = peer.sessions.map(
      (session) => peer.requests.filter((request) => request.session === session).length,
    );
    assert.deepEqual(perSession, [2, 2, 1]);
  });
});
