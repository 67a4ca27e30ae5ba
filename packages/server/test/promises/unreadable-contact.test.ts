// A damaged contact in the whole service: callers and SNS are told to retry, and the log names the contact.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createClient } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { attributes, chatMessage } from '../sources/harness.ts';
import { TOPIC, post, startStandInSns } from '../sources/stand-in-sns.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { APPLICATION, INSTANCE, iphone } from './system.ts';

test('a damaged contact is a 500 that names it, to a caller and to SNS, and a line in the log', async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, 'unreadable.db');
  const sns = await startStandInSns();
  const lines: string[] = [];
  const start = (): Promise<Service> =>
    startService(
      {
        ...readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${path}` }),
        sources: { sns: [{ topicArn: TOPIC, instances: [INSTANCE] }] },
      },
      { snsNetwork: sns.network, logStream: { write: (line) => void lines.push(line) } },
    );
  const clientOf = ({ url }: Service) =>
    createClient({
      region: 'eu-central-1',
      endpoint: url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
    });
  try {
    let service = await start();
    for (const contactId of ['good', 'bad'])
      await clientOf(service).createPushNotificationRegistration({
        instanceId: INSTANCE,
        pinpointAppArn: APPLICATION,
        deviceType: 'APNS',
        deviceToken: iphone(contactId),
        contactConfiguration: { contactId, includeRawMessage: true },
      });
    await service.stop();
    const database = new DatabaseSync(path);
    database.prepare("update contact set body = substr(body, 1, 40) where contact_id = 'bad'").run();
    database.close();

    service = await start();
    try {
      const call = clientOf(service).putChatEvents({
        instanceId: INSTANCE,
        events: ['bad', 'good'].map((contactId) => ({
          id: `to ${contactId}`,
          contactId,
          type: 'MESSAGE',
          content: `text for ${contactId}`,
          participantRole: 'AGENT',
        })),
      });
      await assert.rejects(call, {
        name: 'InternalServiceException',
        message:
          'The stored contact bad cannot be read. The events of other contacts were accepted. Its operator must repair or remove it in the store; then repeat the call.',
      });
      await service.emulator!.phone(iphone('good')).waitFor({ contains: 'text for good' });
      // SNS retries a 5xx as long as its policy says, and gives up on a 4xx.
      const message = chatMessage({ ContactId: 'bad', InitialContactId: 'bad' });
      assert.equal((await post(service.url, sns.notification(message, attributes()))).status, 500);
      const failed = lines
        .map((line) => JSON.parse(line) as { msg: string; err?: { contacts?: unknown } })
        .filter(({ msg }) => msg === 'request failed');
      assert.deepEqual(
        failed.map(({ err }) => err?.contacts),
        [[{ instanceId: INSTANCE, contactId: 'bad' }], [{ instanceId: INSTANCE, contactId: 'bad' }]],
      );
    } finally {
      await service.stop();
    }
  } finally {
    await sns.close();
  }
});
