import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aPush, openApns } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('a connection', () => {
  test('carries an attempt to the gateway and its answer back', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { send } = openApns(t, peer);
    const outcome = await send({
      deviceToken: 'abcdef',
      deliveryId: '11111111-2222-8333-8444-555555555555',
      expiresAt: 1_800_000_000_999,
    });
    assert.equal(outcome.kind, 'accepted');
    const { headers, body } = await peer.request(0);
    assert.equal(headers[':method'], 'POST');
    assert.equal(headers[':path'], '/3/device/abcdef');
    assert.equal(headers['apns-id'], '11111111-2222-8333-8444-555555555555');
    assert.equal(headers['apns-collapse-id'], '11111111-2222-8333-8444-555555555555');
    assert.equal(headers['apns-expiration'], '1800000000');
    assert.equal(headers['apns-topic'], 'com.example.chat');
    assert.equal(headers['apns-push-type'], 'alert');
    assert.equal(headers['apns-priority'], '10');
    assert.match(String(headers.authorization), /^bearer [\w-]+\.[\w-]+\.[\w-]+$/);
    assert.equal(typeof JSON.parse(body), 'object');
  });

  test('without credit starts nothing', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway } = openApns(t, peer);
    assert.equal(gateway.credit, 0);
    assert.equal((await gateway.attempt(aPush())).kind, 'unsent');
    assert.equal(peer.sessions.length, 0);
  });

  test('sends any device token without changing the path', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { send } = openApns(t, peer);
    const tokens = ['../x', 'a/b?c=d#e', 'line\r\nbreak', 'ü€😀', '\ud800', '%2F', '', 'x'.repeat(2_000)];
    for (const deviceToken of tokens) assert.equal((await send({ deviceToken })).kind, 'accepted');
    const paths = peer.requests.map(({ headers }) => decodeURIComponent(String(headers[':path'])));
    assert.deepEqual(
      paths,
      tokens.map((token) => `/3/device/${token.toWellFormed()}`),
    );
    for (const { headers } of peer.requests) assert.match(String(headers[':path']), /^\/3\/device\/[^/?#]*$/);
  });

  test('is not attempted with a topic that is not a valid bundle id', async (t) => {
    const peer = await startPeer(t);
    assert.throws(() => openApns(t, peer, { topic: 'com.example\r\nchat' }), /bundle id/);
  });
});
