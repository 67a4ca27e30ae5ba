// A peer that disappears silently: github.com/parse-community/node-apn/pull/27, github.com/AndrewBarba/apns2/issues/97,
// github.com/sideshow/apns2/pull/209. Nothing in node:http2 notices by itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { FCM_POLICY } from '../../../src/gateways/policy.ts';
import { IMPATIENT, openWithCertificate, PATIENT, soon } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';
import { startProxy } from '../proxy.ts';

describe('a silent connection', () => {
  test('is checked with PING, destroyed and replaced, and its attempts are unknown', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const proxy = await startProxy(t, peer);
    const { begin, gateway, send } = openWithCertificate(
      t,
      { ...proxy, ca: peer.ca },
      { policy: { ...IMPATIENT, attemptMs: 10_000 } },
    );
    assert.equal((await send()).kind, 'accepted');
    proxy.freeze();
    const attempts = await begin(3);
    for (const { kind, answer } of await Promise.all(attempts)) {
      assert.deepEqual([kind, answer], ['unknown', 'no answer to PING within 1000 ms']);
    }
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 2);
    assert(gateway.credit > 0);
  });

  test('takes no more attempts while its PING is unanswered', async (t) => {
    const peer = await startPeer(t, { answer: (request, n) => n > 0 && ok(request) });
    const proxy = await startProxy(t, peer);
    const policy = { ...PATIENT, overdueMs: 50, pingAnswerMs: 5_000 };
    const { gateway, send } = openWithCertificate(t, { ...proxy, ca: peer.ca }, { policy });
    const lost = send();
    await peer.request(0);
    proxy.freeze();
    gateway.want(1);
    await peer.session(1); // opened because the silent one no longer counts
    assert.equal((await send()).kind, 'accepted');
    await gateway.close(0);
    assert.equal((await lost).kind, 'unknown');
  });

  test('that is only slow answers PING and keeps its attempts', async (t) => {
    const peer = await startPeer(t);
    const { send } = openWithCertificate(t, peer, {
      policy: { ...PATIENT, overdueMs: 30, pingAnswerMs: 2_000 },
    });
    const attempt = send();
    const request = await peer.request(0);
    await once(request.session, 'ping');
    ok(request);
    assert.equal((await attempt).kind, 'accepted');
    assert.equal(peer.sessions.length, 1);
  });
});

describe('an idle connection', () => {
  test('to Apple is kept alive by PING', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { send } = openWithCertificate(t, peer, { policy: { ...PATIENT, idlePingMs: 30 } });
    assert.equal((await send()).kind, 'accepted');
    const [session] = peer.sessions;
    assert(session !== undefined);
    await once(session, 'ping');
    await once(session, 'ping');
  });

  test('to Google is never pinged', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    const policy = { ...FCM_POLICY, overdueMs: 20 };
    const { gateway, send } = openWithCertificate(t, peer, { policy });
    assert.equal((await send()).kind, 'accepted');
    gateway.want(0);
    await soon(() => timers() <= before);
    assert(gateway.credit > 0);
  });
});
