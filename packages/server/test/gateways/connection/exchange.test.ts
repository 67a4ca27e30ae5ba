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

  test('without credit begins nothing', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway } = openApns(t, peer);
    assert.equal(gateway.credit, 0);
    assert.equal((await gateway.attempt(aPush())).kind, 'unsent');
    assert.equal(peer.sessions.length, 0);
  });
});
