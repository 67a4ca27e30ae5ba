// Every answer that Google documents, sent by the emulator, and how the sender interprets it.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { startEmulator, type Emulator, type FaultRule } from '@chatpush/emulator';
import { FCM_ANSWERS, fcmMeaning, parseFcmError } from '../../../src/gateways/fcm/answers.ts';
import type { Verdict } from '../../../src/gateways/gateway.ts';
import { openFcm, type Watched } from '../harness.ts';
import { startPeer, type Peer, type PeerOptions } from '../peer.ts';

const TABLE: readonly (readonly [fault: Partial<FaultRule>, verdict: Verdict, answer: string])[] = [
  [{ status: 400, reason: 'INVALID_TOKEN' }, 'token-suspect', '400 INVALID_ARGUMENT'],
  [{ status: 400, reason: 'INVALID_ARGUMENT' }, 'message', '400 INVALID_ARGUMENT'],
  [{ status: 401 }, 'again', '401 UNAUTHENTICATED'],
  [{ status: 401, reason: 'THIRD_PARTY_AUTH_ERROR' }, 'token-suspect', '401 THIRD_PARTY_AUTH_ERROR'],
  [{ status: 403, reason: 'SENDER_ID_MISMATCH' }, 'token-suspect', '403 SENDER_ID_MISMATCH'],
  [{ status: 403 }, 'credential', '403 PERMISSION_DENIED'],
  [{ status: 404, reason: 'UNREGISTERED' }, 'token-dead', '404 UNREGISTERED'],
  [{ status: 404 }, 'credential', '404 NOT_FOUND'],
  [{ status: 429 }, 'gateway-busy', '429 QUOTA_EXCEEDED'],
  [{ status: 500 }, 'gateway-busy', '500 INTERNAL'],
  [{ status: 503 }, 'gateway-busy', '503 UNAVAILABLE'],
  // UNSPECIFIED_ERROR and unknown codes are judged by the status.
  [{ status: 500, reason: 'UNSPECIFIED_ERROR' }, 'gateway-busy', '500 UNSPECIFIED_ERROR'],
  [{ status: 400, reason: 'UNSPECIFIED_ERROR' }, 'message', '400 UNSPECIFIED_ERROR'],
  [{ status: 403, reason: 'NEW_ERROR' }, 'credential', '403 NEW_ERROR'],
  [{ status: 409, reason: 'NEW_ERROR' }, 'message', '409 NEW_ERROR'],
  // A proxy's page.
  [{ fault: 'not-json', status: 400 }, 'message', '400'],
  [{ fault: 'not-json', status: 401 }, 'again', '401'],
  [{ fault: 'not-json', status: 403 }, 'credential', '403'],
  [{ fault: 'not-json', status: 404 }, 'credential', '404'],
  [{ fault: 'not-json', status: 429 }, 'gateway-busy', '429'],
  [{ fault: 'not-json', status: 502 }, 'gateway-busy', '502'],
];

describe('an answer of FCM', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.close());

  const open = (t: TestContext): Watched => openFcm(t, emulator);

  for (const [fault, verdict, answer] of TABLE) {
    const name = `${fault.fault ?? 'http'} ${fault.status} ${fault.reason ?? ''}`;
    test(`${name.trimEnd()} means ${verdict}`, async (t) => {
      const { send } = open(t);
      emulator.faults.set([{ gateway: 'fcm', fault: 'http', times: 1, ...fault }]);
      const outcome = await send();
      assert(outcome.kind === 'rejected');
      assert.deepEqual([outcome.verdict, outcome.answer], [verdict, answer]);
      assert.equal((await send()).kind, 'accepted');
    });
  }

  test('each row has its sentence and is reached', () => {
    const rows = new Set(FCM_ANSWERS);
    for (const row of FCM_ANSWERS) {
      assert.match(row.means, /^[A-Z].*\.$/);
      const texts = [
        '',
        'The registration token is not a valid FCM registration token',
        'Device message rate exceeded',
      ];
      for (const message of texts) {
        const answer = { status: row.status, message, quotas: [] };
        rows.delete(fcmMeaning(row.errorCode === null ? answer : { ...answer, errorCode: row.errorCode }));
      }
    }
    assert.equal(rows.size, 0);
  });

  test('with Retry-After passes it on', async (t) => {
    const { send } = open(t);
    emulator.faults.set([{ gateway: 'fcm', fault: 'http', status: 503, retryAfterSeconds: 30, times: 1 }]);
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.equal(outcome.retryAfterMs, 30_000);
  });

  test('with the quota of one device slows down only that device', () => {
    const body = (description: string): string =>
      JSON.stringify({
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'Quota exceeded.',
          details: [
            { '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode: 'QUOTA_EXCEEDED' },
            {
              '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
              violations: [{ subject: 'x', description }],
            },
          ],
        },
      });
    const verdict = (description: string): Verdict =>
      fcmMeaning(parseFcmError(429, body(description))).verdict;
    assert.equal(verdict('Device message rate exceeded'), 'device-busy');
    assert.equal(verdict('Message rate exceeded'), 'gateway-busy');
    assert.equal(verdict('Topic message rate exceeded'), 'gateway-busy');
  });

  test('with the quota of a project, in Google’s actual format, slows down the gateway', () => {
    // Seen without an FcmError: github.com/firebase/firebase-admin-go/issues/719
    const body = JSON.stringify({
      error: {
        code: 429,
        message:
          "Quota exceeded for quota metric 'Send requests' and limit 'Send requests per minute' of service 'fcm.googleapis.com'",
        status: 'RESOURCE_EXHAUSTED',
        details: [
          {
            '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
            reason: 'RATE_LIMIT_EXCEEDED',
            domain: 'googleapis.com',
          },
        ],
      },
    });
    assert.equal(fcmMeaning(parseFcmError(429, body)).verdict, 'gateway-busy');
  });

  test('401 given again to an attempt with a fresh token is the credential’s fault, until one gets through', async (t) => {
    const { send } = open(t);
    emulator.faults.set([{ gateway: 'fcm', fault: 'http', status: 401, times: 2 }]);
    const verdicts: string[] = [];
    for (let n = 0; n < 3; n++) {
      const outcome = await send();
      verdicts.push(outcome.kind === 'rejected' ? outcome.verdict : outcome.kind);
    }
    assert.deepEqual(verdicts, ['again', 'credential', 'accepted']);
  });

  describe('of success', () => {
    /** Another server in place of FCM, but not of the token endpoint. */
    async function openAt(t: TestContext, options: PeerOptions): Promise<Watched & { peer: Peer }> {
      const peer = await startPeer(t, options);
      const url = `https://${peer.host}:${peer.port}`;
      return { ...openFcm(t, emulator, { url, ca: `${emulator.ca}\n${peer.ca}` }), peer };
    }

    for (const body of ['<html>login</html>', '', '{}', '{"name":""}', '{"name":1}', 'null'])
      test(`without a message’s name is not from Google: ${body || 'nothing'}`, async (t) => {
        const { send } = await openAt(t, {
          answer({ stream }) {
            stream.respond({ ':status': 200 });
            stream.end(body);
          },
        });
        const { kind, answer } = await send();
        assert.deepEqual([kind, answer], ['unknown', '200 without a message name']);
      });

    test('whose body was truncated counts as accepted: a retry would be shown twice', async (t) => {
      const { send, peer } = await openAt(t, {
        answer({ session, stream }) {
          stream.respond({ ':status': 200 });
          stream.write('{"name":"projects/chatp', () => peer.socketOf(session).end());
        },
      });
      const { kind, answer } = await send();
      assert.deepEqual([kind, answer], ['accepted', '200']);
    });
  });

  test('of success contains Google’s name of the message', async (t) => {
    const { send } = open(t);
    const outcome = await send();
    assert(outcome.kind === 'accepted');
    assert.match(outcome.answer, /^200 projects\/chatpush-emulator\/messages\/./);
  });
});
