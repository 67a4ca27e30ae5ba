// Every answer that Apple documents, sent by the emulator, and how the sender interprets it.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { startEmulator, type Emulator } from '@chatpush/emulator';
import { APNS_ANSWERS } from '../../../src/gateways/apns/answers.ts';
import type { Verdict } from '../../../src/gateways/gateway.ts';
import { openApns, type Watched } from '../harness.ts';
import { startPeer } from '../peer.ts';

const TABLE: readonly (readonly [status: number, reason: string, verdict: Verdict])[] = [
  [400, 'BadCollapseId', 'message'],
  [400, 'BadDeviceToken', 'token-suspect'],
  [400, 'BadExpirationDate', 'message'],
  [400, 'BadMessageId', 'message'],
  [400, 'BadPriority', 'message'],
  [400, 'BadTopic', 'credential'],
  [400, 'DeviceTokenNotForTopic', 'token-suspect'],
  [400, 'DuplicateHeaders', 'message'],
  [400, 'IdleTimeout', 'again'],
  [400, 'InvalidPushType', 'message'],
  [400, 'MissingDeviceToken', 'message'],
  [400, 'MissingTopic', 'credential'],
  [400, 'PayloadEmpty', 'message'],
  [400, 'TopicDisallowed', 'credential'],
  [403, 'BadCertificate', 'credential'],
  [403, 'BadCertificateEnvironment', 'credential'],
  [403, 'BadEnvironmentKeyIdInToken', 'credential'],
  [403, 'BadEnvironmentKeyInToken', 'credential'],
  [403, 'ExpiredProviderToken', 'again'],
  [403, 'Forbidden', 'credential'],
  [403, 'InvalidProviderToken', 'credential'],
  [403, 'MissingProviderToken', 'credential'],
  [403, 'UnrelatedKeyIdInToken', 'again'],
  [404, 'BadPath', 'message'],
  [405, 'MethodNotAllowed', 'message'],
  [410, 'ExpiredToken', 'token-dead'],
  [410, 'Unregistered', 'token-dead'],
  [413, 'PayloadTooLarge', 'message'],
  [429, 'TooManyProviderTokenUpdates', 'again'],
  [429, 'TooManyRequests', 'device-busy'],
  [500, 'InternalServerError', 'gateway-busy'],
  [503, 'ServiceUnavailable', 'gateway-busy'],
  [503, 'Shutdown', 'gateway-busy'],
];

/** Reasons that no page of Apple's lists for a push to a device: the status decides. */
const UNLISTED: typeof TABLE = [
  [400, 'MissingPushType', 'message'],
  [403, 'NotInvented', 'credential'],
  [404, 'NotInvented', 'credential'],
  [409, 'NotInvented', 'message'],
  [410, 'NotInvented', 'token-dead'],
  [429, 'NotInvented', 'gateway-busy'],
  [502, 'NotInvented', 'gateway-busy'],
];

// Five minutes after a change of provider tokens, when there is a previous one to go back to.
const SLOT_MS = 2_400_000;
const aheadMs = 300_000 - (Date.now() % SLOT_MS);
const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() };

describe('an answer of APNs', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({ clock });
  });
  after(() => emulator.close());

  function open(t: TestContext): Watched {
    const { host, port } = emulator.apns;
    const { topic, ...auth } = emulator.credentials.apns;
    return openApns(t, { host, port, ca: emulator.ca }, { auth, topic, clock });
  }

  test('each is in the table with a sentence, and each row of the table is tested', () => {
    assert.deepEqual(
      Object.keys(APNS_ANSWERS).sort(),
      TABLE.map(([status, reason]) => `${status} ${reason}`).sort(),
    );
    for (const { means } of Object.values(APNS_ANSWERS)) assert.match(means, /^[A-Z].*\.$/);
  });

  for (const [status, reason, verdict] of [...TABLE, ...UNLISTED]) {
    test(`${status} ${reason} means ${verdict}`, async (t) => {
      const { send } = open(t);
      emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason, times: 1 }]);
      const outcome = await send();
      assert(outcome.kind === 'rejected');
      assert.deepEqual(
        [outcome.verdict, outcome.answer, outcome.reason],
        [verdict, `${status} ${reason}`, reason],
      );
      assert.equal((await send()).kind, 'accepted');
    });
  }

  test('410 contains the time since when the token is dead', async (t) => {
    const { send } = open(t);
    const timestamp = 1_700_000_000_123;
    emulator.faults.set([
      { gateway: 'apns', fault: 'http', status: 410, reason: 'Unregistered', timestamp, times: 1 },
    ]);
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.equal(outcome.deadSince, timestamp);
  });

  test('Retry-After is passed on, though Apple documents none', async (t) => {
    const { send } = open(t);
    emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 7, times: 1 }]);
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.equal(outcome.retryAfterMs, 7_000);
  });

  test('that is not JSON is judged by its status', async (t) => {
    const { send } = open(t);
    emulator.faults.set([{ gateway: 'apns', fault: 'not-json', status: 502, times: 1 }]);
    const outcome = await send();
    assert(outcome.kind === 'rejected');
    assert.deepEqual([outcome.verdict, outcome.answer, outcome.reason], ['gateway-busy', '502', '502']);
  });

  test('200 without apns-id is not from Apple: it may be retried, as after no answer', async (t) => {
    // Regression: a TLS-inspecting filter answered 200 to everything, and deliveries were recorded as accepted without reaching a
    // phone.
    const peer = await startPeer(t, {
      answer({ stream }) {
        stream.respond({ ':status': 200, 'content-type': 'text/html' });
        stream.end('<html>login</html>');
      },
    });
    const { kind, answer } = await openApns(t, peer).send();
    assert.deepEqual([kind, answer], ['unknown', '200 without apns-id']);
  });

  const uncured = [
    [403, 'ExpiredProviderToken', 'credential'],
    [403, 'UnrelatedKeyIdInToken', 'credential'],
    [400, 'IdleTimeout', 'gateway-busy'],
  ] as const;
  for (const [status, reason, verdict] of uncured) {
    test(`${reason} given again to an attempt begun later means ${verdict}, until one gets through`, async (t) => {
      const { send } = open(t);
      emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason, times: 2 }]);
      const verdicts: (string | undefined)[] = [];
      for (let n = 0; n < 3; n++) {
        const outcome = await send();
        verdicts.push(outcome.kind === 'rejected' ? outcome.verdict : outcome.kind);
      }
      assert.deepEqual(verdicts, ['again', verdict, 'accepted']);
      emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason, times: 1 }]);
      const outcome = await send();
      assert(outcome.kind === 'rejected');
      assert.equal(outcome.verdict, 'again');
    });
  }

  for (const [status, reason] of [
    [400, 'IdleTimeout'],
    [403, 'UnrelatedKeyIdInToken'],
    [503, 'Shutdown'],
  ] as const) {
    test(`${reason} moves the next attempt to another connection`, async (t) => {
      const { send } = open(t);
      assert.equal((await send()).kind, 'accepted');
      emulator.faults.set([{ gateway: 'apns', fault: 'http', status, reason, times: 1 }]);
      await send();
      assert.equal((await send()).kind, 'accepted');
      const connections = emulator.requests.list().map(({ connection }) => connection);
      assert.notEqual(connections.at(-1), connections.at(-2));
    });
  }
});
