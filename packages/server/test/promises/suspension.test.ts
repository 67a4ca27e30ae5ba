// A suspension ends when its channel changes: after a wrong topic is fixed, apps need not register again.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import type { ApplicationConfig } from '../../src/config/config.ts';
import { Secret } from '../../src/config/secret.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { APPLICATION, INSTANCE, iphone, startSystem } from './system.ts';
import type { System } from './system.ts';

test('a token refused under one topic is retried only under another', async () => {
  using folder = temporaryFolder();
  await using emulator = await startEmulator();
  const store = `sqlite:${join(folder.path, 'suspension.db')}`;
  const token = iphone('suspension');
  const { keyId, teamId, privateKey } = emulator.credentials.apns;
  const withTopic = (topic: string): ApplicationConfig => ({
    arn: APPLICATION,
    genericText: 'You have a new message',
    attachmentText: 'sent a file: {name}',
    fcmMessage: 'data',
    priority: 'high',
    ttlMinutes: 720,
    channels: {
      APNS: {
        gateway: 'apns',
        topic,
        auth: { keyId, teamId, privateKey: new Secret(privateKey) },
        port: 443,
        url: emulator.apns.url,
        ca: emulator.ca,
      },
    },
  });
  /** Runs the service with this topic. */
  async function under(topic: string, run: (system: System) => Promise<void>): Promise<void> {
    const system = await startSystem({ emulator, store, config: { applications: [withTopic(topic)] } });
    try {
      await run(system);
    } finally {
      await system.close();
    }
  }
  const statusIn = async (system: System): Promise<string | undefined> => {
    const { registrations } = await system.client.listPushNotificationRegistrations({
      instanceId: INSTANCE,
      contactId: 'contact',
    });
    return registrations[0]?.status;
  };
  async function untilSuspended(system: System): Promise<void> {
    const deadline = Date.now() + 10_000;
    while ((await statusIn(system)) !== 'SUSPENDED') {
      assert.ok(Date.now() < deadline, 'not suspended within 10 seconds');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
  const refuse = (): void =>
    emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 400, reason: 'BadDeviceToken' }]);

  await under('com.example.mistyped', async (system) => {
    await system.register('contact', token);
    refuse();
    await system.say('contact', 'm1');
    await untilSuspended(system);
    // From here on the gateway would accept it, but it is not asked.
    emulator.faults.clear();
  });
  await under('com.example.mistyped', async (system) => {
    assert.equal(await statusIn(system), 'SUSPENDED');
    assert.deepEqual(await system.say('contact', 'm2'), { id: 'm2', deliveries: 0, reason: 'suspended' });
  });
  await under('com.example.other', async (system) => {
    assert.equal(await statusIn(system), 'ACTIVE');
    // Refused here as well: suspended again, now under both.
    refuse();
    await system.say('contact', 'm3');
    await untilSuspended(system);
    emulator.faults.clear();
  });
  await under('com.example.chat', async (system) => {
    assert.equal(await statusIn(system), 'ACTIVE');
    await system.say('contact', 'm4');
    await emulator.phone(token).waitFor({ contains: 'm4' });
    await system.settled('contact', ([newest]) => newest?.status === 'accepted');
    assert.equal(await statusIn(system), 'ACTIVE');
  });
  await under('com.example.mistyped', async (system) => assert.equal(await statusIn(system), 'SUSPENDED'));
  assert.deepEqual(
    emulator.phone(token).notifications.map(({ headers }) => headers['apns-topic']),
    ['com.example.chat'],
  );
});
