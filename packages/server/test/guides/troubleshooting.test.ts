// docs/guides/troubleshooting.md: its four questions for the most frequent mistake, a token of the other environment; and its
// tables are complete.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { ERRORS } from '@chatpush/wire';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import { DIAGNOSES } from '../../src/doctor/diagnoses.ts';
import { channelsAt, settingsWith, strictEmulator } from '../doctor/accounts.ts';
import { ACCESS_KEY, ARN } from '../config/settings-folder.ts';
import { INSTANCE as SYSTEM_INSTANCE, iphone, startSystem } from '../promises/system.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { CURL_SKIP } from './curl.ts';
import { freePort } from '../free-port.ts';
import { guideFolder } from './folder.ts';
import { blocksOf, pageOf } from './guide.ts';

const IPHONE = 'ab'.repeat(32);
const INSTANCE = 'support';

test(
  'the four questions find a token of the other environment',
  { skip: CURL_SKIP, timeout: 300_000 },
  async (t) => {
    const emulator = await strictEmulator(t);
    // A build from Xcode whose token was registered as APNS.
    emulator.install(IPHONE, { deviceType: 'APNS_SANDBOX', app: 'com.example.chat' });
    const port = await freePort();
    const { CHATPUSH_CONFIG } = settingsWith(
      t,
      { APNS: channelsAt(emulator).apns(), GCM: { gateway: 'emulated' } },
      { instances: [INSTANCE] },
    );
    const folder = guideFolder(t, { CHATPUSH_PORT: String(port), CHATPUSH_CONFIG, IPHONE_TOKEN: IPHONE });
    await folder.start('npx chatpush');
    const client = createClient({
      region: 'eu-central-1',
      endpoint: `http://127.0.0.1:${port}`,
      credentials: { accessKeyId: ACCESS_KEY.id, secretAccessKey: ACCESS_KEY.secret },
    });
    await client.createPushNotificationRegistration({
      instanceId: INSTANCE,
      pinpointAppArn: ARN,
      deviceType: 'APNS',
      deviceToken: IPHONE,
      contactConfiguration: { contactId: 'chat-1', includeRawMessage: true },
    });
    const events = [
      { id: 'm1', contactId: 'chat-1', type: 'MESSAGE', content: 'Hello', participantRole: 'AGENT' },
    ] as const;
    await client.putChatEvents({ instanceId: INSTANCE, events: [...events] });
    const rejected = async (): Promise<boolean> => {
      const { deliveries } = await client.listDeliveries({ instanceId: INSTANCE, contactId: 'chat-1' });
      return deliveries[0]?.status === 'rejected';
    };
    while (!(await rejected()));

    let said = '';
    for (const { language, name, text } of blocksOf('troubleshooting.md')) {
      if (language !== 'sh') continue;
      const commands = text.replaceAll('127.0.0.1:4100', `127.0.0.1:${port}`);
      if (name === 'fails')
        await assert.rejects(folder.run(commands), (error: Error) => Boolean((said += error.message)));
      else said += await folder.run(commands);
    }
    assert.match(said, /message m1[^]*apns \(127\.0\.0\.1:\d+\): rejected, 400 BadDeviceToken/);
    assert.match(said, /APNS of .*: healthy/);
    assert.match(said, new RegExp(`"${ARN} GCM":"EMULATED"`));
    assert.match(
      said,
      /in Apple’s place, refused it: 400 BadDeviceToken[^]*register the device with the other DeviceType/,
    );
  },
);

test('the SQL for a damaged contact shows and removes it, and its devices can register again', async () => {
  using folder = temporaryFolder();
  await using emulator = await startEmulator();
  const path = join(folder.path, 'damaged.db');
  const start = () => startSystem({ emulator, store: `sqlite:${path}` });
  const before = await start();
  try {
    await before.register('chat-1', iphone('chat-1'), { clientToken: 'first' });
    emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 2 }]);
    await before.say('chat-1', 'm1');
    await before.settled('chat-1', ([entry]) => entry?.attemptCount === 1);
  } finally {
    await before.close();
  }
  emulator.faults.clear();

  const { text } = blocksOf('troubleshooting.md').find(({ language }) => language === 'sql')!;
  const [look, remove] = text.replaceAll("'support'", `'${SYSTEM_INSTANCE}'`).trim().split('\n');
  using database = new DatabaseSync(path);
  database.prepare("update contact set body = 'damaged' where contact_id = 'chat-1'").run();
  const row = { ...database.prepare(look!).get() };
  assert.deepEqual(row, {
    instance_id: SYSTEM_INSTANCE,
    contact_id: 'chat-1',
    version: 1,
    body: 'damaged',
  });
  assert.equal(database.prepare(remove!).run().changes, 1);
  database.close();

  const after = await start();
  try {
    await after.settled('chat-1', ([entry]) => entry?.reason === 'registration-deleted');
    assert.equal((await after.say('chat-1', 'm2')).reason, 'contact-unknown');
    // The old client token is answered from its claim and registers nothing.
    await after.register('chat-1', iphone('chat-1'), { clientToken: 'first' });
    assert.equal((await after.say('chat-1', 'm3')).reason, 'contact-unknown');
    await after.register('chat-1', iphone('chat-1'), { clientToken: 'second' });
    assert.equal((await after.say('chat-1', 'm4')).deliveries, 1);
    await emulator.phone(iphone('chat-1')).waitFor({ contains: 'm4' });
  } finally {
    await after.close();
  }
});

test('every error and every diagnosis is on the page', () => {
  const page = pageOf('troubleshooting.md');
  for (const name of Object.keys(ERRORS)) assert.ok(page.includes(`\`${name}\``), name);
  for (const { says } of DIAGNOSES) assert.ok(page.includes(says), says);
});
