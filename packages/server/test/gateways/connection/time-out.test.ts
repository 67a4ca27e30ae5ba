// An unanswered push must occupy one stream for ten seconds, not forever: github.com/jchambers/pushy/issues/816.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { constants } from 'node:http2';
import { describe, test } from 'node:test';
import { IMPATIENT, openWithCertificate } from '../harness.ts';
import { ok, startPeer } from '../peer.ts';

describe('an attempt without an answer', () => {
  test('is unknown after its deadline, and its stream is reset and free', async (t) => {
    const peer = await startPeer(t, {
      settings: { maxConcurrentStreams: 1 },
      answer: (request, n) => n > 0 && ok(request),
    });
    const { gateway, send } = openWithCertificate(t, peer, { policy: IMPATIENT });
    const attempt = send();
    const { stream } = await peer.request(0);
    const closed = once(stream, 'close');
    const { kind, answer, ms } = await attempt;
    assert.deepEqual([kind, answer], ['unknown', 'no answer within 500 ms']);
    assert(ms >= 500);
    await closed;
    assert.equal(stream.rstCode, constants.NGHTTP2_CANCEL);
    assert.equal(gateway.credit, 1);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.sessions.length, 1, 'the gateway answered PING: the connection is good');
  });

  test('that could not be sent completely times out, too', async (t) => {
    // No window for DATA: the body never leaves.
    const peer = await startPeer(t, { settings: { initialWindowSize: 0 } });
    const { send } = openWithCertificate(t, peer, { policy: IMPATIENT });
    const { kind, answer } = await send();
    assert.deepEqual([kind, answer], ['unknown', 'no answer within 500 ms']);
  });

  test('answered too late is unknown, and the late frames do no harm', async (t) => {
    const peer = await startPeer(t, { answer: (request, n) => n > 0 && ok(request) });
    const { send } = openWithCertificate(t, peer, { policy: IMPATIENT });
    const attempt = send();
    const late = await peer.request(0);
    late.stream.respond({ ':status': 410 });
    late.stream.write('{"reason":');
    assert.equal((await attempt).kind, 'unknown');
    if (!late.stream.destroyed) late.stream.end('"Unregistered"}');
    assert.equal((await send()).kind, 'accepted');
  });
});
