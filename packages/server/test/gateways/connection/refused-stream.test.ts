import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, test } from 'node:test';
import { openWithCertificate } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('a stream that the gateway resets', () => {
  test('with REFUSED_STREAM was not processed: unsent, and the connection stays open (RFC 9113 §8.7)', async (t) => {
    const peer = await startPeer(t, {
      answer: (request, n) =>
        n === 0 ? request.stream.close(constants.NGHTTP2_REFUSED_STREAM) : ok(request),
    });
    const { send } = openWithCertificate(t, peer);
    const { kind, answer } = await send();
    assert.deepEqual([kind, answer], ['unsent', 'REFUSED_STREAM']);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 1);
  });

  for (const name of ['NGHTTP2_INTERNAL_ERROR', 'NGHTTP2_CANCEL', 'NGHTTP2_NO_ERROR'] as const) {
    test(`with ${name.slice(8)} and no answer may have been processed: unknown`, async (t) => {
      const peer = await startPeer(t, {
        answer: (request, n) => (n === 0 ? request.stream.close(constants[name]) : ok(request)),
      });
      const { send } = openWithCertificate(t, peer);
      assert.equal((await send()).kind, 'unknown');
      assert.equal((await send()).kind, 'accepted');
    });
  }
});
