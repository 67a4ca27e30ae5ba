// RFC 9113 §6.8, and bugs of other senders with it: github.com/node-apn/node-apn/issues/685,
// github.com/jchambers/pushy/issues/865, github.com/sideshow/apns2/issues/93, github.com/DocNR/clave/pull/14.
import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, test } from 'node:test';
import { openWithCertificate, PATIENT, soon } from '../harness.ts';
import { ok, startPeer, type PeerRequest } from '../peer.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR } = constants;
const reason = (word: string): Buffer => Buffer.from(JSON.stringify({ reason: word }));

function idOf({ stream }: PeerRequest): number {
  assert(stream.id !== undefined);
  return stream.id;
}

describe('GOAWAY', () => {
  test('lets accepted attempts finish, returns those above the last stream id, and opens the replacement first', async (t) => {
    const peer = await startPeer(t);
    const { begin, gateway, send } = openWithCertificate(t, peer);
    const [first, second] = await begin(2);
    const request = await peer.request(0);
    await peer.request(1);
    let firstEnded = false;
    void first?.then(() => {
      firstEnded = true;
    });
    request.session.goaway(NGHTTP2_NO_ERROR, idOf(request), reason('Shutdown'));
    const given = await second;
    assert.deepEqual([given?.kind, given?.answer], ['unsent', 'REFUSED_STREAM']);
    const third = send();
    const onReplacement = await peer.request(2);
    assert.notEqual(onReplacement.session, request.session);
    assert.equal(firstEnded, false);
    ok(request);
    ok(onReplacement);
    assert.equal((await first)?.kind, 'accepted');
    assert.equal((await third).kind, 'accepted');
    assert(gateway.credit > 0);
  });

  test('a second one changes nothing for the attempts that the first let finish', async (t) => {
    const peer = await startPeer(t);
    const { begin } = openWithCertificate(t, peer);
    const [attempt] = await begin(1);
    const request = await peer.request(0);
    request.session.goaway(NGHTTP2_NO_ERROR, 2 ** 31 - 1);
    request.session.goaway(NGHTTP2_NO_ERROR, idOf(request));
    ok(request);
    assert.equal((await attempt)?.kind, 'accepted');
  });

  test('with an error code: streams above the last id are unsent, the rest unknown', async (t) => {
    const peer = await startPeer(t);
    const { begin } = openWithCertificate(t, peer);
    const attempts = await begin(3);
    const request = await peer.request(1);
    await peer.request(2);
    request.session.goaway(NGHTTP2_ENHANCE_YOUR_CALM, idOf(request), Buffer.from('too_many_pings'));
    const outcomes = await Promise.all(attempts);
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['unknown', 'unknown', 'unsent'],
    );
    assert.equal(outcomes[0]?.answer, `GOAWAY ${NGHTTP2_ENHANCE_YOUR_CALM} too_many_pings`);
  });

  test('on an idle connection: the next attempt uses another connection', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway, send } = openWithCertificate(t, peer);
    assert.equal((await send()).kind, 'accepted');
    gateway.want(0);
    peer.sessions[0]?.goaway(NGHTTP2_NO_ERROR, 0, Buffer.from('session_timed_out'));
    await soon(() => gateway.credit === 0);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 2);
  });

  test('that names our credential is reported as a credential problem', async (t) => {
    const peer = await startPeer(t);
    const { gateway, troubles, until } = openWithCertificate(t, peer);
    gateway.want(1);
    const session = await peer.session(0);
    await until(() => gateway.credit > 0);
    session.goaway(NGHTTP2_NO_ERROR, 0, reason('BadCertificateEnvironment'));
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], { about: 'credential', answer: 'GOAWAY 0 BadCertificateEnvironment' });
  });

  test('repeated GOAWAY right after connecting leads to back-off', async (t) => {
    const peer = await startPeer(t);
    const policy = { ...PATIENT, backOff: { firstMs: 40, mostMs: 1_000 } };
    const { gateway, troubles, until } = openWithCertificate(t, peer, { policy, random: () => 0.999 });
    const startedAt = performance.now();
    gateway.want(1);
    for (let n = 0; n < 4; n++) {
      const session = await peer.session(n);
      session.goaway(NGHTTP2_NO_ERROR, 0, Buffer.from('not here'));
    }
    await until(() => troubles.filter((trouble) => trouble !== undefined).length === 4);
    // 40 + 80 + 160 ms lie between the four.
    assert(performance.now() - startedAt >= 270);
  });
});
