// Changing settings: a channel that one node does not know yet may be new on another.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import type { ApplicationConfig } from '../../src/config/config.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { APPLICATION, iphone, startSystem } from './system.ts';

test('a delivery for an unconfigured channel waits with that reason, and is sent once it is configured', async () => {
  using folder = temporaryFolder();
  await using emulator = await startEmulator();
  const store = `sqlite:${join(folder.path, 'channel.db')}`;
  const token = iphone('channel');
  // An application in the settings without a channel.
  const withoutChannels: ApplicationConfig = {
    arn: APPLICATION,
    genericText: 'You have a new message',
    attachmentText: 'sent a file: {name}',
    fcmMessage: 'data',
    priority: 'high',
    ttlMinutes: 720,
    channels: {},
  };
  const before = await startSystem({
    emulator,
    store,
    config: { applications: [withoutChannels] },
  });
  try {
    await before.register('contact', token);
    assert.equal((await before.say('contact', 'm1')).deliveries, 1);
    await before.settled('contact', ([entry]) => entry?.reason === 'channel-not-configured');
    const { deliveries } = await before.log('contact');
    assert.deepEqual([deliveries[0]?.status, deliveries[0]?.attempts], ['queued', []]);
  } finally {
    await before.close();
  }
  const after = await startSystem({ emulator, store });
  try {
    await emulator.phone(token).waitFor({ contains: 'm1', timeoutMs: 20_000 });
    await after.settled('contact', ([entry]) => entry?.status === 'accepted');
  } finally {
    await after.close();
  }
});
