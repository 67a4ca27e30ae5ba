// The settings of an application reach the phone, end to end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '../../src/config/environment.ts';
import { LEAST, settingsFolder } from '../config/settings-folder.ts';
import { APPLICATION, iphone, startSystem } from '../promises/system.ts';

test('texts, sound, category, thread, channel, kind of message, priority and time to live are the application’s', async (t) => {
  const emulated = { gateway: 'emulated' };
  const { applications } = readConfig(
    settingsFolder(t).settings({
      ...LEAST,
      applications: [
        {
          arn: APPLICATION,
          genericText: 'Es gibt Neues',
          attachmentText: 'hat {name} geschickt',
          title: '{displayName} schreibt',
          sound: 'ping.caf',
          category: 'CHAT',
          threadId: 'chat-{contactId}',
          androidChannelId: 'chat',
          fcmMessage: 'notification',
          priority: 'normal',
          ttlMinutes: 5,
          channels: { APNS: emulated, GCM: emulated },
        },
      ],
    }),
  );
  const system = await startSystem({ config: { applications } });
  t.after(() => system.close());
  const phone = iphone('anna');
  await system.register('c1', phone);
  await system.register('c1', 'android', { deviceType: 'GCM' });
  const before = Date.now();
  await system.say('c1', 'm1', 'invoice.pdf', {
    type: 'ATTACHMENT',
    contentType: 'application/pdf',
    displayName: 'Anna',
  });
  await system.say('c1', 'm2', '{"for":"programs"}', { contentType: 'application/json' });

  const [first] = await system.emulator.phone(phone).waitFor({ contains: 'hat invoice.pdf geschickt' });
  await system.emulator.phone(phone).waitFor({ contains: 'Es gibt Neues' });
  const { aps } = first!.payload as { aps: Record<string, unknown> };
  assert.deepEqual(
    [aps['sound'], aps['category'], aps['thread-id'], first!.headers['apns-priority']],
    ['ping.caf', 'CHAT', 'chat-c1', '5'],
  );
  assert.equal((aps['alert'] as Record<string, unknown>)['title'], 'Anna schreibt');
  const lifeMs = Number(first!.headers['apns-expiration']) * 1000 - before;
  assert.ok(lifeMs > 4 * 60_000 && lifeMs <= 5 * 60_000 + 1_000, `${lifeMs}`);

  const [onAndroid] = await system.emulator
    .phone('android')
    .waitFor({ contains: 'hat invoice.pdf geschickt' });
  const { message } = onAndroid!.payload as unknown as {
    message: {
      notification: object;
      data: Record<string, string>;
      android: { priority: string; ttl: string; notification: Record<string, string> };
    };
  };
  assert.deepEqual(message.notification, { title: 'Anna schreibt', body: 'hat invoice.pdf geschickt' });
  assert.equal(message.data['messageId'], 'm1');
  assert.equal(message.android.priority, 'NORMAL');
  assert.match(message.android.ttl, /^(29\d|300)s$/);
  const { tag, ...shown } = message.android.notification;
  assert.deepEqual(shown, { channel_id: 'chat', sound: 'ping.caf' });
  assert.match(tag!, /^[0-9a-f-]{36}$/);
});

test('a notification older than its application’s time to live is not sent, even if other applications allow more', async (t) => {
  const of = (ttlMinutes: number, name: string) => ({
    arn: APPLICATION.replace('support', name),
    ttlMinutes,
    channels: { APNS: { gateway: 'emulated' } },
  });
  const { applications } = readConfig(
    settingsFolder(t).settings({
      ...LEAST,
      applications: [of(1, 'brief'), of(60, 'patient')],
    }),
  );
  const system = await startSystem({ config: { applications } });
  t.after(() => system.close());
  const [brief, patient] = ['brief', 'patient'] as const;
  await system.register('c1', iphone(brief), { pinpointAppArn: APPLICATION.replace('support', brief) });
  await system.register('c1', iphone(patient), { pinpointAppArn: APPLICATION.replace('support', patient) });
  const absoluteTime = new Date(Date.now() - 10 * 60_000).toISOString();
  await system.say('c1', 'm1', 'ten minutes old', { absoluteTime });
  await system.emulator.phone(iphone(patient)).waitFor({ contains: 'ten minutes old' });
  await system.settled('c1', (entries) => entries.some(({ status }) => status === 'expired'));
  assert.deepEqual(system.emulator.phone(iphone(brief)).notifications, []);
});
