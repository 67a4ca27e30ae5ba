// The outbox loses and duplicates nothing, whenever it crashes.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, test } from 'node:test';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { readConfig, startService } from 'chatpush';
import type { Service } from 'chatpush';
import { openChats } from '../node-backend/outbox.ts';

let folder: string;
let service: Service;
let client: ChatpushClient;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chatpush-backend-'));
  service = await startService(
    readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'service.db')}` }),
    { logLevel: 'silent' },
  );
  client = clientWith('test');
});
after(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

const clientWith = (secretAccessKey: string): ChatpushClient =>
  createClient({
    region: 'eu-central-1',
    endpoint: service.url,
    credentials: { accessKeyId: 'test', secretAccessKey },
  });

const register = (deviceToken: string, contactId: string): Promise<unknown> =>
  client.createPushNotificationRegistration({
    instanceId: 'support',
    pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    deviceToken,
    deviceType: 'GCM',
    contactConfiguration: { contactId, includeRawMessage: true },
  });

test('1,200 messages in three batches survive a crash after the second batch was accepted', async () => {
  await register('phone', 'chat');
  const path = join(folder, 'chats.db');
  let chats = openChats(path);
  for (let n = 1; n <= 1_200; n++)
    chats.write({ id: `m${n}`, chat: 'chat', from: 'AGENT', text: `text ${n}.` });
  let batches = 0;
  const dying: Pick<ChatpushClient, 'putChatEvents'> = {
    putChatEvents: async (...call) => {
      const answer = await client.putChatEvents(...call);
      if (++batches === 2) throw new Error('crash before the accepted messages are marked');
      return answer;
    },
  };
  await assert.rejects(chats.push(dying, 'support'), /crash/);
  chats.close();

  chats = openChats(path);
  assert.equal(await chats.push(client, 'support'), 700);
  assert.equal(await chats.push(client, 'support'), 0);
  chats.close();

  const phone = service.emulator!.phone('phone');
  await phone.waitFor({ count: 1_200 });
  const texts = new Set(
    phone.notifications.map(
      ({ payload }) => (payload as { message: { data: { body: string } } }).message.data.body,
    ),
  );
  assert.equal(phone.notifications.length, 1_200);
  assert.equal(texts.size, 1_200);
});

test('no message blocks the ones after it, however long, many or invalid', async (t) => {
  await register('phone-of-hard', 'hard');
  const path = join(folder, 'hard.db');
  const chats = openChats(path);
  t.after(() => chats.close());
  const impossible = 'i'.repeat(257);
  const write = (id: string, text: string) => chats.write({ id, chat: 'hard', from: 'AGENT', text });
  // One byte above the limit of 16,384, with a four-byte character across the limit. Regression: it blocked all others forever.
  write('long', `${'x'.repeat(16_382)}\u{1F4F1}${'y'.repeat(4_000)}`);
  // Twice the 10 MB limit of a call after JSON escaping.
  for (let n = 0; n < 600; n++) write(`quotes-${n}`, '"'.repeat(16_000));
  write(impossible, 'its id is too long');
  write('last', 'the last');

  // A wrong key is not a message's fault, so nothing is set aside.
  await assert.rejects(chats.push(clientWith('wrong'), 'support'), { status: 403 });

  const complaints = t.mock.method(console, 'error', () => undefined);
  assert.equal(await chats.push(client, 'support'), 602);
  assert.equal(await chats.push(client, 'support'), 0);
  assert.equal(complaints.mock.callCount(), 1);
  assert.match(
    String(complaints.mock.calls[0]?.arguments[0]),
    /^Message i+ was refused and is set aside: .*256/,
  );
  using database = new DatabaseSync(path, { readOnly: true });
  const aside = database.prepare('select id, refused from messages where refused is not null').all();
  assert.deepEqual(
    aside.map(({ id }) => id),
    [impossible],
  );

  const phone = service.emulator!.phone('phone-of-hard');
  await phone.waitFor({ contains: 'the last' });
  await phone.waitFor({ count: 602 });
  const shown = JSON.stringify(phone.notifications.map(({ payload }) => payload));
  assert.ok(!shown.includes('\ufffd') && !/\\u[dD][89a-fA-F]/.test(shown), 'half a character');
});
