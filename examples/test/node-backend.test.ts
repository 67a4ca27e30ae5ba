// The outbox loses nothing and doubles nothing, whenever it dies.
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

test('1,200 messages in three batches; the process dies after the second was taken, and starts again', async () => {
  await register('phone', 'chat');
  const path = join(folder, 'chats.db');
  let chats = openChats(path);
  for (let n = 1; n <= 1_200; n++)
    chats.write({ id: `m${n}`, chat: 'chat', from: 'AGENT', text: `text ${n}.` });
  let batches = 0;
  const dying: Pick<ChatpushClient, 'putChatEvents'> = {
    putChatEvents: async (...call) => {
      const answer = await client.putChatEvents(...call);
      if (++batches === 2) throw new Error('the process dies before it marks what was taken');
      return answer;
    },
  };
  await assert.rejects(chats.push(dying, 'support'), /dies/);
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

test('no message holds up those behind it, however long, many or impossible', async (t) => {
  await register('phone-of-hard', 'hard');
  const path = join(folder, 'hard.db');
  const chats = openChats(path);
  t.after(() => chats.close());
  const impossible = 'i'.repeat(257);
  const write = (id: string, text: string) => chats.write({ id, chat: 'hard', from: 'AGENT', text });
  // One above the 16,384 bytes of a text, with a character of four bytes across that border; it stopped all others for ever.
  write('long', `${'x'.repeat(16_382)}\u{1F4F1}${'y'.repeat(4_000)}`);
  // Twice the 10 MB of a call, once JSON has escaped them.
  for (let n = 0; n < 600; n++) write(`quotes-${n}`, '"'.repeat(16_000));
  write(impossible, 'its id is too long');
  write('last', 'the last');

  // A key that is wrong is no message's fault: nothing is set aside for it.
  await assert.rejects(chats.push(clientWith('wrong'), 'support'), { status: 403 });

  const complaints = t.mock.method(console, 'error', () => undefined);
  assert.equal(await chats.push(client, 'support'), 602);
  assert.equal(await chats.push(client, 'support'), 0);
  assert.equal(complaints.mock.callCount(), 1);
  assert.match(
    String(complaints.mock.calls[0]?.arguments[0]),
    /^Message i+ is not pushed, and set aside: .*256/,
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
