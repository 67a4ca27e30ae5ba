// A connection that a NAT or firewall forgets goes silent without FIN or RST. Regression: the next push took 11 s (APNs) and 25 s
// (FCM).
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startEmulator } from '@chatpush/emulator';
import { APNS_POLICY, FCM_POLICY } from '../../../src/gateways/policy.ts';
import { openApns, openFcm, openWithCertificate, PATIENT, type Watched } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';
import { startProxy, type Proxy } from '../proxy.ts';

const IDLE_MS = 1_500;
const policy = { ...PATIENT, idleTrustMs: IDLE_MS };

type Open = (t: TestContext) => Promise<{ sender: Watched; proxy: Proxy; received: () => number }>;

/** The production policies, except for the length of the idle period. */
const GATEWAYS: Record<string, Open> = {
  async apns(t) {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    const proxy = await startProxy(t, emulator.apns);
    const { topic, ...auth } = emulator.credentials.apns;
    const options = { topic, auth, policy: { ...APNS_POLICY, idleTrustMs: IDLE_MS } };
    const sender = openApns(t, { ...proxy, ca: emulator.ca }, options);
    return { sender, proxy, received: () => emulator.phone('bb').received };
  },
  async fcm(t) {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    const proxy = await startProxy(t, emulator.fcm);
    const options = {
      url: `https://127.0.0.1:${proxy.port}`,
      policy: { ...FCM_POLICY, idleTrustMs: IDLE_MS },
    };
    const sender = openFcm(t, emulator, options);
    return { sender, proxy, received: () => emulator.phone('bb').received };
  },
};

describe('the first push after an idle period', () => {
  for (const [name, open] of Object.entries(GATEWAYS))
    test(`arrives once and with its first attempt, before that is overdue, if ${name}'s connection was silently dropped`, async (t) => {
      const { sender, proxy, received } = await open(t);
      assert.equal((await sender.send({ deviceToken: 'aa' })).kind, 'accepted');
      proxy.freeze();
      await setTimeout(IDLE_MS);
      const startedAt = performance.now();
      assert.equal((await sender.send({ deviceToken: 'bb' })).kind, 'accepted');
      const ms = performance.now() - startedAt;
      // A second for the proof; the rest is for a busy machine.
      assert(ms >= APNS_POLICY.proofMs && ms < APNS_POLICY.overdueMs, `${ms} ms`);
      assert.equal(received(), 1);
    });

  test('is sent on the same connection if the peer answers PING', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway, send } = openWithCertificate(t, peer, { policy });
    assert.equal((await send()).kind, 'accepted');
    await setTimeout(IDLE_MS);
    assert.equal(gateway.credit, 0);
    const pinged = once(peer.sessions[0]!, 'ping');
    assert.equal((await send()).kind, 'accepted');
    await pinged;
    assert.equal(peer.sessions.length, 1);
  });

  test('waits once, not once per connection, if several were dropped', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const proxy = await startProxy(t, peer);
    const several = { ...policy, maxSessions: 4, maxStreams: 1 };
    const { begin, send } = openWithCertificate(t, { ...proxy, ca: peer.ca }, { policy: several });
    await Promise.all(await begin(4));
    assert.equal(peer.sessions.length, 4);
    proxy.freeze();
    await setTimeout(IDLE_MS);
    const startedAt = performance.now();
    assert.equal((await send()).kind, 'accepted');
    // Four times a second if each connection waited.
    assert(performance.now() - startedAt < 4 * policy.proofMs);
  });
});
