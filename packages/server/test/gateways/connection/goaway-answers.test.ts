// A GOAWAY says which streams were or may be processed, also with an error code (RFC 9113 §6.8): the sender waits for those as
// long as the connection lives. node:http2 destroyed them immediately, and 123 of 3,000 pushes were sent twice.
import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { startEmulator } from '@chatpush/emulator';
import type { Push } from '../../../src/gateways/gateway.ts';
import { aPush, openApns, openWithCertificate, PATIENT, soon } from '../harness.ts';
import { ok, startPeer, type PeerRequest } from '../peer.ts';

const PUSHES = 600;
/** This many connections get a GOAWAY, each after this many requests; the next connection serves the rest. */
const SENT_AWAY = 8;
const AFTER = 50;

describe('answers after a GOAWAY', () => {
  for (const code of [constants.NGHTTP2_NO_ERROR, constants.NGHTTP2_ENHANCE_YOUR_CALM])
    for (const cut of ['at the newest stream', 'ten streams below it'])
      test(`with code ${code}, ${cut}, are awaited: each push arrives once`, async (t) => {
        const held = new Map<PeerRequest['session'], PeerRequest[]>();
        const seen = new Map<string, number>();
        const serve = (request: PeerRequest): void => {
          const id = String(request.headers['apns-id']);
          seen.set(id, (seen.get(id) ?? 0) + 1);
          ok(request);
        };
        const peer = await startPeer(t, {
          settings: { maxConcurrentStreams: 100 },
          answer(request) {
            const { session } = request;
            if (peer.sessions.indexOf(session) >= SENT_AWAY) return serve(request);
            const requests = held.get(session) ?? [];
            held.set(session, requests);
            requests.push(request);
            if (requests.length !== AFTER) return;
            const last = request.stream.id! - (cut === 'at the newest stream' ? 0 : 20);
            session.goaway(code, last);
            void setTimeout(30).then(() => {
              for (const one of requests) if (one.stream.id! <= last && !one.stream.destroyed) serve(one);
            });
          },
        });
        const { gateway } = openWithCertificate(t, peer, {
          policy: { ...PATIENT, maxSessions: 1, attemptMs: 60_000, overdueMs: 60_000 },
        });
        const todo = Array.from({ length: PUSHES }, () => aPush());
        const accepted: Push[] = [];
        const attempt = async (push: Push): Promise<void> => {
          const { kind } = await gateway.attempt(push);
          (kind === 'accepted' ? accepted : todo).push(push);
          assert.notEqual(kind, 'unknown');
        };
        const attempts: Promise<void>[] = [];
        while (accepted.length < PUSHES) {
          gateway.want(todo.length);
          await soon(() => accepted.length === PUSHES || (todo.length > 0 && gateway.credit > 0));
          for (let n = gateway.credit; n > 0 && todo.length > 0; n--) attempts.push(attempt(todo.shift()!));
        }
        await Promise.all(attempts);
        assert.equal(seen.size, PUSHES);
        for (const times of seen.values()) assert.equal(times, 1);
        assert.equal(peer.sessions.length, SENT_AWAY + 1);
      });

  test('with a code, from the emulator, are awaited', async (t) => {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    const { topic, ...auth } = emulator.credentials.apns;
    const { send } = openApns(t, { ...emulator.apns, ca: emulator.ca }, { topic, auth });
    emulator.faults.set([{ gateway: 'apns', fault: 'goaway', code: 11, finish: true, times: 1 }]);
    assert.equal((await send({ deviceToken: 'aa' })).kind, 'accepted');
    assert.equal(emulator.phone('aa').received, 1);
  });
});
