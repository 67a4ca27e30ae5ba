// A machine with a wrong clock can still sign.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatpushError } from '@chatpush/client';
import { CREATE, CREDENTIALS, clientOf, errorOf } from './calls.ts';
import { REGISTERED, refuse, startRecordingServer } from './recording-server.ts';
import type { Respond } from './recording-server.ts';
import { assertSigned } from './verify-signature.ts';

const HOUR = 3_600_000;
const signedMs = (amzDate: string): number =>
  Date.parse(amzDate.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));

/** Like AWS: five minutes in either direction. */
const byTheClock =
  (name = 'InvalidSignatureException', message = 'Signature expired'): Respond =>
  (request, response) => {
    const off = Math.abs(signedMs(request.headers['x-amz-date'] as string) - Date.now());
    (off > 5 * 60_000 ? refuse(403, name, message) : REGISTERED)(request, response);
  };

describe('the clock', () => {
  for (const [what, offMs] of [
    ['slow', -HOUR],
    ['fast', HOUR],
    ['a year slow', -365 * 24 * HOUR],
  ] as const)
    test(`${what}: the second attempt and all later calls are signed with the service's time`, async () => {
      await using server = await startRecordingServer(byTheClock());
      const client = clientOf(server, { now: () => Date.now() + offMs });
      assert.deepEqual(await client.createPushNotificationRegistration(CREATE), { registrationId: 'r-1' });
      assert.equal(server.requests.length, 2);
      await client.createPushNotificationRegistration(CREATE);
      assert.equal(server.requests.length, 3);
    });

  for (const name of [
    'RequestTimeTooSkewed',
    'RequestExpired',
    'RequestInTheFuture',
    'SignatureDoesNotMatch',
  ])
    test(`is corrected after ${name}, too`, async () => {
      await using server = await startRecordingServer(byTheClock(name));
      await clientOf(server, { now: () => Date.now() - HOUR }).createPushNotificationRegistration(CREATE);
      assert.equal(server.requests.length, 2);
    });

  test('is trusted if the service sends no different time, and the refusal is final', async () => {
    await using server = await startRecordingServer((_, response) => {
      response.sendDate = false;
      refuse(403, 'InvalidSignatureException', 'Signature expired')(_, response);
    });
    const client = clientOf(server, { now: () => Date.now() - HOUR });
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.deepEqual([error.name, error.attempts], ['InvalidSignatureException', 1]);
  });

  test('gets a new signing key after midnight', async () => {
    await using server = await startRecordingServer();
    let now = Date.UTC(2026, 10, 22, 23, 59, 59);
    const client = clientOf(server, { now: () => now });
    for (const laterMs of [0, 500, 1000, 500]) {
      now += laterMs;
      await client.createPushNotificationRegistration(CREATE);
      assertSigned(server.requests.at(-1)!, CREDENTIALS.secretAccessKey);
    }
    const days = server.requests.map(
      (request) => /Credential=test\/(\d+)/.exec(request.headers.authorization!)![1],
    );
    assert.deepEqual(days, ['20261122', '20261122', '20261123', '20261123']);
  });

  test('is corrected again after another change', async () => {
    await using server = await startRecordingServer(byTheClock());
    let offMs = -HOUR;
    const client = clientOf(server, { now: () => Date.now() + offMs });
    await client.createPushNotificationRegistration(CREATE);
    offMs = 2 * HOUR;
    await client.createPushNotificationRegistration(CREATE);
    assert.equal(server.requests.length, 4);
  });
});
