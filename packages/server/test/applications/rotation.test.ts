// Credentials that change while pushes are sent take effect immediately on every node, without a restart or a lost push.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { CreateAppCommand, GetAppCommand, UpdateApnsChannelCommand } from '@aws-sdk/client-pinpoint';
import { createClient } from '@chatpush/client';
import { createSecretKeyText } from '../../src/secrets/secret-keys.ts';
import { startPostgres } from '../store/postgres-server.ts';
import { KEY, REGION, startProduction } from './production.ts';
import type { Production } from './production.ts';

const IPHONE = 'ef'.repeat(32);

async function applicationWithKey({ pinpoint, emulator }: Production) {
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'Support' } }),
  );
  const { Id, Arn } = ApplicationResponse as { Id: string; Arn: string };
  const update = (TokenKey: string, keyId = emulator.credentials.apns.keyId) =>
    pinpoint.send(
      new UpdateApnsChannelCommand({
        ApplicationId: Id,
        APNSChannelRequest: {
          BundleId: emulator.credentials.apns.topic,
          TeamId: emulator.credentials.apns.teamId,
          TokenKey,
          TokenKeyId: keyId,
        },
      }),
    );
  await update(emulator.credentials.apns.privateKey);
  return { Id, Arn, update };
}

const register = ({ connect }: Production, PinpointAppArn: string) =>
  connect.send(
    new CreatePushNotificationRegistrationCommand({
      InstanceId: 'one',
      PinpointAppArn,
      DeviceToken: IPHONE,
      DeviceType: 'APNS',
      ContactConfiguration: { ContactId: 'a', IncludeRawMessage: true },
    }),
  );

test('after a wrong key is replaced, waiting pushes are sent without a restart', async () => {
  await using production = await startProduction();
  const { emulator } = production;
  const { Arn, update } = await applicationWithKey(production);
  const wrong = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  await update(wrong);
  await register(production, Arn);
  await production.say('one', 'a', 'm1', 'first');
  await update(emulator.credentials.apns.privateKey);
  await emulator.phone(IPHONE).waitFor({ contains: 'first', timeoutMs: 30_000 });
});

test('a second node pushes with a channel that was configured on the first', async (t) => {
  const server = await startPostgres();
  t.after(() => server.close());
  await using production = await startProduction({ store: server.url });
  const other = await production.another();
  const { Arn } = await applicationWithKey(production);
  await register(production, Arn);
  const client = createClient({ region: REGION, endpoint: other.url, credentials: KEY });
  await client.putChatEvents({
    instanceId: 'one',
    events: [
      {
        id: 'm1',
        contactId: 'a',
        type: 'MESSAGE',
        contentType: 'text/plain',
        content: 'by the other',
        participantRole: 'AGENT',
      },
    ],
  });
  await production.emulator.phone(IPHONE).waitFor({ contains: 'by the other', timeoutMs: 30_000 });
});

test('the store’s encryption key is changed while the service runs, and the old key is no longer needed', async () => {
  const [before, after] = [createSecretKeyText(), createSecretKeyText()];
  await using production = await startProduction({ secretKey: before });
  const { Arn } = await applicationWithKey(production);
  await register(production, Arn);
  await production.restart({ CHATPUSH_SECRET_KEY: `${after},${before}` });
  const { rekey } = await import('../../src/cli/rekey.ts');
  const said: string[] = [];
  const environment = {
    CHATPUSH_CONFIG: join(production.folder, 'settings.json'),
    CHATPUSH_STORE: `sqlite:${join(production.folder, 'data', 'chatpush.db')}`,
  };
  assert.equal(await rekey([], environment, (text) => void said.push(text)), 0, said.join(''));
  assert.match(said.join(''), /1 encrypted again, 0 were/);
  await production.restart({ CHATPUSH_SECRET_KEY: after });
  await production.say('one', 'a', 'm1', 'under the new key');
  await production.emulator.phone(IPHONE).waitFor({ contains: 'under the new key', timeoutMs: 20_000 });
});

test('without the encryption key pushes wait, and the log says which key is missing', async () => {
  await using production = await startProduction();
  const { Arn } = await applicationWithKey(production);
  await register(production, Arn);
  const logged = production.logged.length;
  await production.restart({ CHATPUSH_SECRET_KEY: createSecretKeyText() });
  await production.say('one', 'a', 'm1', 'waits');
  const deadline = Date.now() + 20_000;
  while (
    !production.logged.slice(logged).some((line) => /which CHATPUSH_SECRET_KEY does not hold/.test(line))
  ) {
    assert.ok(Date.now() < deadline, 'nothing was logged within 20 seconds');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
});

test('the audit log has a line for each change of an application, with the key and the application', async () => {
  await using production = await startProduction();
  const { Id, Arn } = await applicationWithKey(production);
  await production.pinpoint.send(new GetAppCommand({ ApplicationId: Id }));
  await production.restart();
  const lines = readFileSync(join(production.folder, 'audit.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>);
  assert.deepEqual(
    lines.map(({ operation, application, keyId, result }) => [operation, application, keyId, result]),
    [
      ['CreateApp', Arn, 'OPERATOR', 'ok'],
      ['UpdateApnsChannel', Id, 'OPERATOR', 'ok'],
    ],
  );
});
