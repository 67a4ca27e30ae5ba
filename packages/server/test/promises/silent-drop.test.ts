// From the chat event to the phone after every connection to the gateway was silently dropped, as by a NAT that lost its state,
// with production settings and the whole delivery path.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { createClient } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { APNS_POLICY } from '../../src/gateways/policy.ts';
import { startService } from '../../src/service.ts';
import { ARN } from '../config/settings-folder.ts';
import { channelsAt, settingsWith, strictEmulator } from '../doctor/accounts.ts';
import { startProxy } from '../gateways/proxy.ts';
import { iphone } from './system.ts';

for (const channel of ['APNS', 'GCM'] as const)
  test(`the first push after a silent drop arrives before its attempt is overdue: ${channel}`, async (t) => {
    const emulator = await strictEmulator(t);
    const proxy = await startProxy(t, channel === 'APNS' ? emulator.apns : emulator.fcm);
    const url = `https://127.0.0.1:${proxy.port}`;
    const at = channelsAt(emulator);
    const settings = settingsWith(t, { [channel]: channel === 'APNS' ? at.apns({ url }) : at.fcm({ url }) });
    const config = readConfig({
      ...settings,
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${settings.CHATPUSH_CONFIG}.db`,
    });
    const service = await startService(config, { logLevel: 'silent' });
    t.after(() => service.stop());
    const [key] = config.accessKeys;
    const client = createClient({
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: key!.id, secretAccessKey: key!.secret.reveal() },
    });
    const instanceId = config.instances[0]!;
    const deviceToken = channel === 'APNS' ? iphone('silence') : 'android:silence';
    emulator.install(deviceToken, { deviceType: channel });
    await client.createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: ARN,
      deviceType: channel,
      deviceToken,
      contactConfiguration: { contactId: 'chat', includeRawMessage: true },
    });
    const say = (id: string) =>
      client.putChatEvents({
        instanceId,
        events: [{ id, contactId: 'chat', type: 'MESSAGE', content: 'Hello', participantRole: 'AGENT' }],
      });
    await say('before');
    await emulator.phone(deviceToken).waitFor({ count: 1, timeoutMs: 30_000 });
    await setTimeout(APNS_POLICY.idleTrustMs + 200);
    proxy.freeze();
    const saidAt = performance.now();
    await say('after');
    await emulator.phone(deviceToken).waitFor({ count: 2, timeoutMs: 30_000 });
    const ms = performance.now() - saidAt;
    assert(ms < APNS_POLICY.overdueMs, `${ms} ms`);
    assert.equal(emulator.phone(deviceToken).received, 2);
  });
