// The promises, each tested end to end: signed calls in, phones lit, gateway faults in between. Long because every store runs
// the same list.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import {
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
} from '@aws-sdk/client-connect';
import { InvalidParameterException, ResourceNotFoundException } from '@chatpush/client';
import { APPLICATION, INSTANCE, application, iphone, startSystem } from './system.ts';
import type { System } from './system.ts';

/** Runs every promise's tests on one store, named as CHATPUSH_STORE has it once the hooks before have run. */
export function keepsPromises(store: () => string): void {
  let system: System;
  before(async () => {
    system = await startSystem({ store: store() });
  });
  afterEach(() => system.emulator.faults.clear());
  after(() => system.close());

  let number = 0;
  /** Unique names for one test. */
  const fresh = (): { contact: string; token: string; message: (n?: number) => string } => {
    const id = `${++number}`;
    return {
      contact: `contact-${id}`,
      token: iphone(`phone-${id}`),
      message: (n = 1) => `message-${id}-${n}`,
    };
  };

  describe('promise 1, safe to repeat', () => {
    test('50 identical concurrent calls of the AWS SDK make one registration', async () => {
      const { contact, token } = fresh();
      const command = () =>
        new CreatePushNotificationRegistrationCommand({
          InstanceId: INSTANCE,
          ClientToken: `token of ${contact}`,
          PinpointAppArn: APPLICATION,
          DeviceToken: token,
          DeviceType: 'APNS',
          ContactConfiguration: { ContactId: contact },
        });
      const answers = await Promise.all(Array.from({ length: 50 }, () => system.sdk.send(command())));
      assert.equal(new Set(answers.map((answer) => answer.RegistrationId)).size, 1);
      const { registrations } = await system.client.listPushNotificationRegistrations({
        instanceId: INSTANCE,
        contactId: contact,
      });
      assert.equal(registrations.length, 1);
    });

    test('the same token for another device is refused, and says why', async () => {
      const { contact, token } = fresh();
      await system.register(contact, token, { clientToken: contact });
      await assert.rejects(
        system.register(contact, iphone('another'), { clientToken: contact }),
        (error) => error instanceof InvalidParameterException && /other parameters/.test(error.message),
      );
    });

    test('the same device again is the same registration and gets one push', async () => {
      const { contact, token, message } = fresh();
      const ids = [
        await system.register(contact, token),
        await system.register(contact, token.toUpperCase()),
      ];
      assert.equal(ids[0], ids[1]);
      assert.equal((await system.say(contact, message())).deliveries, 1);
      await system.emulator.phone(token).waitFor();
      assert.equal(system.emulator.phone(token).notifications.length, 1);
    });
  });

  describe('promise 3, one event, one delivery', () => {
    test('a repeated event causes no second push, in the same or another batch', async () => {
      const { contact, token, message } = fresh();
      await system.register(contact, token);
      assert.deepEqual(await system.say(contact, message()), { id: message(), deliveries: 1 });
      await system.emulator.phone(token).waitFor();
      assert.deepEqual(await system.say(contact, message()), {
        id: message(),
        deliveries: 1,
        reason: 'duplicate',
      });
      assert.equal(system.emulator.phone(token).notifications.length, 1);
    });

    for (const by of ['rst', 'fin', 'stream'] as const)
      test(`an answer lost by ${by} is retried under the same id, and the phone shows one notification`, async () => {
        const { contact, token, message } = fresh();
        await system.register(contact, token);
        system.emulator.faults.set([
          { gateway: 'apns', fault: 'answer-lost', by, deviceToken: token, times: 1 },
        ]);
        await system.say(contact, message());
        const phone = system.emulator.phone(token);
        await phone.waitFor({ count: 2 });
        const headers = phone.notifications.map((notification) => notification.headers);
        assert.equal(headers[0]!['apns-id'], headers[1]!['apns-id']);
        assert.equal(headers[0]!['apns-collapse-id'], headers[0]!['apns-id']);
        assert.equal(phone.shown.length, 1, 'merged');
        await system.settled(contact, ([entry]) => entry?.status === 'accepted');
        const { deliveries } = await system.log(contact);
        assert.deepEqual(
          deliveries.map((entry) => entry.attempts.map((attempt) => attempt.outcome)),
          [['unknown', 'accepted']],
        );
        assert.equal(deliveries[0]!.deliveryId, headers[0]!['apns-id']);
      });
  });

  test('promise 4, delete means stop: no attempt starts after the answer', async () => {
    const { contact, token, message } = fresh();
    const registrationId = await system.register(contact, token);
    // The gateway is closed for a while, so that deliveries wait.
    system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, deviceToken: token }]);
    await Promise.all([1, 2, 3].map((n) => system.say(contact, message(n))));
    await system.settled(contact, (entries) => entries.every((entry) => entry.attempts.length > 0));
    await system.sdk.send(
      new DeletePushNotificationRegistrationCommand({
        InstanceId: INSTANCE,
        ContactId: contact,
        RegistrationId: registrationId,
      }),
    );
    const answeredAt = Date.now();
    system.emulator.faults.clear();
    await system.settled(contact, (entries) => entries.every((entry) => entry.status === 'withdrawn'));
    const { deliveries } = await system.log(contact);
    for (const { reason, attempts } of deliveries) {
      assert.equal(reason, 'registration-deleted');
      for (const { at } of attempts) assert.ok(Date.parse(at) <= answeredAt);
    }
    assert.equal(system.emulator.phone(token).notifications.length, 0);
  });

  test('promise 5, always a time to live: expired deliveries are not sent', async () => {
    const { contact, token, message } = fresh();
    await system.register(contact, token);
    const old = await system.say(contact, message(), 'too late', {
      absoluteTime: new Date(Date.now() - 13 * 3_600_000).toISOString(),
    });
    assert.deepEqual([old.deliveries, old.reason], [0, 'expired']);
    await system.say(contact, message(2), 'in time');
    await system.emulator.phone(token).waitFor();
    const [notification] = system.emulator.phone(token).notifications;
    const expiration = Number(notification!.headers['apns-expiration']);
    assert.ok(Math.abs(expiration - (Date.now() / 1000 + 12 * 3_600)) < 60, 'twelve hours from the event');
  });

  test('promise 6, isolation: a dead gateway of one application does not delay another', async () => {
    const { contact, token, message } = fresh();
    const other = fresh();
    await system.register(contact, token, { deviceType: 'GCM', pinpointAppArn: application('dead') });
    await system.register(other.contact, other.token);
    system.emulator.faults.set([{ gateway: 'fcm', fault: 'black-hole' }]);
    await Promise.all(Array.from({ length: 50 }, (_, n) => system.say(contact, message(n))));
    await system.say(other.contact, other.message());
    await system.emulator.phone(other.token).waitFor({ timeoutMs: 2_000 });
    assert.equal(system.emulator.phone(token).notifications.length, 0);
  });

  describe('promise 7, back-pressure loses nothing', () => {
    const weather = [
      { fault: 'http', status: 503 },
      { fault: 'http', status: 500 },
      { fault: 'http', status: 429, reason: 'TooManyProviderTokenUpdates' },
      { fault: 'reset-stream' },
      { fault: 'goaway' },
      { fault: 'goaway', twice: true },
      { fault: 'goaway', refuse: true },
      { fault: 'goaway', code: 2 },
      { fault: 'fin' },
      { fault: 'rst' },
      { fault: 'stream-limit', limit: 1 },
      { fault: 'not-json' },
    ] as const;
    for (const one of weather)
      test(`APNs ${JSON.stringify(one)}: delayed, not dropped`, async () => {
        const { contact, token, message } = fresh();
        await system.register(contact, token);
        system.emulator.faults.set([{ gateway: 'apns', deviceToken: token, times: 2, ...one }]);
        await Promise.all(Array.from({ length: 5 }, (_, n) => system.say(contact, message(n))));
        await system.settled(contact, (entries) => entries.every((entry) => entry.status === 'accepted'));
        assert.equal(system.emulator.phone(token).shown.length, 5);
      });

    test('a rate-limited device waits alone', async () => {
      const { contact, token, message } = fresh();
      const other = fresh();
      await system.register(contact, token);
      await system.register(other.contact, other.token);
      system.emulator.faults.set([
        {
          gateway: 'apns',
          fault: 'http',
          status: 429,
          reason: 'TooManyRequests',
          deviceToken: token,
          times: 1,
        },
      ]);
      await system.say(contact, message());
      await system.settled(contact, ([entry]) => entry?.attempts.length === 1);
      await system.say(other.contact, other.message());
      await system.emulator.phone(other.token).waitFor({ timeoutMs: 2_000 });
      const { deliveries } = await system.log(contact);
      assert.equal(deliveries[0]!.status, 'queued');
    });
  });

  describe('promise 8, a newer token survives', () => {
    test('a 410 older than the registration removes nothing', async () => {
      const { contact, token, message } = fresh();
      await system.register(contact, token);
      system.emulator.faults.set([
        {
          gateway: 'apns',
          fault: 'http',
          status: 410,
          reason: 'Unregistered',
          timestamp: Date.now() - 3_600_000,
          deviceToken: token,
          times: 1,
        },
      ]);
      await system.say(contact, message());
      await system.settled(contact, ([entry]) => entry?.status === 'rejected');
      assert.equal((await system.say(contact, message(2))).deliveries, 1);
      await system.emulator.phone(token).waitFor();
    });

    test('a 410 younger than the registration removes it', async () => {
      const { contact, token, message } = fresh();
      await system.register(contact, token);
      system.emulator.faults.set([
        {
          gateway: 'apns',
          fault: 'http',
          status: 410,
          reason: 'Unregistered',
          timestamp: Date.now() + 60_000,
          deviceToken: token,
          times: 1,
        },
      ]);
      await system.say(contact, message());
      await system.settled(contact, ([entry]) => entry?.status === 'rejected');
      await untilListed(contact, 0);
      const later = await system.say(contact, message(2));
      assert.deepEqual([later.deliveries, later.reason], [0, 'no-registration']);
    });

    test('a BadDeviceToken suspends, and registering again ends that at once', async () => {
      const { contact, token, message } = fresh();
      const id = await system.register(contact, token);
      system.emulator.faults.set([
        {
          gateway: 'apns',
          fault: 'http',
          status: 400,
          reason: 'BadDeviceToken',
          deviceToken: token,
          times: 1,
        },
      ]);
      await system.say(contact, message());
      await untilListed(contact, 1, 'SUSPENDED');
      const held = await system.say(contact, message(2));
      assert.deepEqual([held.deliveries, held.reason], [0, 'suspended']);
      assert.equal(await system.register(contact, token), id);
      await system.say(contact, message(3), 'heard again');
      await system.emulator.phone(token).waitFor({ contains: 'heard again', timeoutMs: 2_000 });
    });

    async function untilListed(contactId: string, count: number, status?: string): Promise<void> {
      const deadline = Date.now() + 10_000;
      for (;;) {
        const { registrations } = await system.client.listPushNotificationRegistrations({
          instanceId: INSTANCE,
          contactId,
        });
        const fit = registrations.filter((one) => status === undefined || one.status === status);
        if (registrations.length === count && fit.length === count) return;
        assert.ok(Date.now() < deadline, JSON.stringify(registrations));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  });

  test('promise 9, every dropped delivery has a reason, even if it never started', async () => {
    const { contact, token, message } = fresh();
    assert.equal((await system.say(contact, message(0))).reason, 'contact-unknown');
    const registrationId = await system.register(contact, token);
    assert.equal(
      (await system.say(contact, message(1), 'mine', { participantRole: 'CUSTOMER' })).reason,
      'own-message',
    );
    assert.equal(
      (await system.say(contact, message(2), 'secret', { messageVisibility: 'AGENT' })).reason,
      'not-visible-to-customer',
    );
    assert.equal(
      (
        await system.say(contact, message(3), '', {
          type: 'EVENT',
          contentType: 'application/vnd.amazonaws.connect.event.typing',
        })
      ).reason,
      'not-a-message',
    );
    await system.client.deletePushNotificationRegistration({
      instanceId: INSTANCE,
      contactId: contact,
      registrationId,
    });
    assert.equal((await system.say(contact, message(4))).reason, 'no-registration');
    const { deliveries } = await system.log(contact);
    assert.deepEqual(
      deliveries.map(({ messageId, status, reason }) => [messageId, status, reason]),
      [
        [message(4), 'skipped', 'no-registration'],
        [message(2), 'skipped', 'not-visible-to-customer'],
        [message(1), 'skipped', 'own-message'],
        [message(0), 'skipped', 'contact-unknown'],
      ],
      'messages are in the log, typing is not',
    );
  });

  test('an ended contact accepts no registration', async () => {
    const { contact, token } = fresh();
    await system.register(contact, token);
    await system.client.stopContact({ instanceId: INSTANCE, contactId: contact });
    await assert.rejects(system.register(contact, iphone('late')), ResourceNotFoundException);
  });
}
