// No credential sent to the API appears in database files, WAL, backups, logs, metrics, the audit log, answers, errors, or the
// input and output of commands.
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import {
  BadRequestException,
  CreateAppCommand,
  DeleteAppCommand,
  DeleteGcmChannelCommand,
  GetApnsChannelCommand,
  GetApnsSandboxChannelCommand,
  GetAppsCommand,
  GetChannelsCommand,
  GetGcmChannelCommand,
  SendMessagesCommand,
  UpdateApnsChannelCommand,
  UpdateApnsSandboxChannelCommand,
  UpdateGcmChannelCommand,
} from '@aws-sdk/client-pinpoint';
import pg from 'pg';
import { backup } from '../../src/cli/backup.ts';
import { check } from '../../src/cli/check.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { askService, commandSocketOf } from '../../src/cli/command-socket.ts';
import { rekey } from '../../src/cli/rekey.ts';
import { send } from '../../src/cli/send.ts';
import type { Verb } from '../../src/cli/verbs.ts';
import { readConfig } from '../../src/config/environment.ts';
import { createSecretKeyText } from '../../src/secrets/secret-keys.ts';
import { ACCOUNT, PEM, providerCertificate } from '../config/keys.ts';
import { assertNone, formsOf } from '../config/secret-forms.ts';
import { startPostgres } from '../store/postgres-server.ts';
import { KEY, startProduction } from './production.ts';
import type { Production } from './production.ts';

const IPHONE = 'ef'.repeat(32);
const ANDROID = 'an-android-phone:APA91b';

const linesOf = (pem: string): string[] => pem.trim().split('\n').slice(1, -1);

/** Sends every kind of credential, valid and refused; returns all answers, and the secrets that must not be found. */
async function useEveryCredential({ pinpoint, connect, emulator, ...production }: Production) {
  const { apns, fcm } = emulator.credentials;
  const certificate = await providerCertificate(apns.topic);
  const answers: unknown[] = [];
  const { ApplicationResponse } = await pinpoint.send(
    new CreateAppCommand({ CreateApplicationRequest: { Name: 'Support' } }),
  );
  const { Id: ApplicationId, Arn } = ApplicationResponse as { Id: string; Arn: string };
  const key = { BundleId: apns.topic, TeamId: apns.teamId, TokenKeyId: apns.keyId };
  const account = (value: object) => ({
    ServiceJson: JSON.stringify(value),
    DefaultAuthenticationMethod: 'TOKEN',
  });
  answers.push(
    await pinpoint.send(
      new UpdateApnsChannelCommand({
        ApplicationId,
        APNSChannelRequest: { ...key, TokenKey: apns.privateKey },
      }),
    ),
    await pinpoint.send(
      new UpdateApnsSandboxChannelCommand({
        ApplicationId,
        APNSSandboxChannelRequest: {
          BundleId: apns.topic,
          Certificate: certificate.certificate,
          PrivateKey: certificate.privateKey,
          DefaultAuthenticationMethod: 'certificate',
        },
      }),
    ),
    await pinpoint.send(new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: account(fcm) })),
  );
  const refused = async (call: Promise<unknown>) =>
    assert.rejects(call, (error) => {
      answers.push((error as Error).message, Object.entries(error as object));
      return error instanceof BadRequestException;
    });
  for (const TokenKey of [PEM.p8.slice(0, 150), PEM.p8.replaceAll('\n', ''), PEM.rsa, PEM.p384, PEM.ed25519])
    await refused(
      pinpoint.send(
        new UpdateApnsChannelCommand({
          ApplicationId,
          APNSChannelRequest: { ...key, TokenKeyId: 'SHORT', TokenKey },
        }),
      ),
    );
  await refused(
    pinpoint.send(
      new UpdateApnsSandboxChannelCommand({
        ApplicationId,
        APNSSandboxChannelRequest: {
          BundleId: apns.topic,
          Certificate: certificate.certificate,
          PrivateKey: PEM.rsa,
        },
      }),
    ),
  );
  for (const broken of [
    { ...ACCOUNT, client_email: undefined },
    { ...ACCOUNT, private_key: PEM.p8 },
    ACCOUNT.private_key,
  ])
    await refused(
      pinpoint.send(
        new UpdateGcmChannelCommand({ ApplicationId, GCMChannelRequest: account(broken as object) }),
      ),
    );
  for (const [DeviceType, DeviceToken] of [
    ['APNS', IPHONE],
    ['GCM', ANDROID],
  ] as const) {
    await connect.send(
      new CreatePushNotificationRegistrationCommand({
        InstanceId: 'one',
        PinpointAppArn: Arn,
        DeviceType,
        DeviceToken,
        ContactConfiguration: { ContactId: 'a', IncludeRawMessage: true },
      }),
    );
  }
  await production.say('one', 'a', 'm1', 'hello');
  for (const token of [IPHONE, ANDROID]) await emulator.phone(token).waitFor({ contains: 'hello' });
  answers.push(
    await pinpoint.send(
      new SendMessagesCommand({
        ApplicationId,
        MessageRequest: {
          Addresses: { [IPHONE]: { ChannelType: 'APNS' }, [ANDROID]: { ChannelType: 'GCM' } },
          MessageConfiguration: { DefaultMessage: { Body: 'direct' } },
        },
      }),
    ),
    await pinpoint.send(new GetAppsCommand({})),
    await pinpoint.send(new GetChannelsCommand({ ApplicationId })),
    await pinpoint.send(new GetApnsChannelCommand({ ApplicationId })),
    await pinpoint.send(new GetApnsSandboxChannelCommand({ ApplicationId })),
    await pinpoint.send(new GetGcmChannelCommand({ ApplicationId })),
  );
  const needles = [
    ...[apns.privateKey, certificate.privateKey, fcm.private_key, PEM.p8, PEM.rsa, PEM.p384].flatMap(linesOf),
    ...formsOf(KEY.secretAccessKey),
    linesOf(PEM.p8).join(''),
    linesOf(PEM.ed25519).join(''),
  ].filter((needle) => needle.length >= 12);
  return { ApplicationId, answers, needles };
}

async function saidBy(production: Production, ApplicationId: string): Promise<string> {
  let said = '';
  const run = async (verb: Verb, argv: string[]): Promise<void> => {
    await verb(argv, production.environment, (more) => void (said += more));
  };
  await run(check, []);
  await run(doctor, []);
  await run(send, ['--application', ApplicationId, '--type', 'APNS', '--token', IPHONE, 'by hand']);
  await run(rekey, []);
  for (const path of ['/metrics', '/readyz?verbose'])
    said += await (await fetch(production.service.url + path)).text();
  const told = await askService(commandSocketOf(readConfig(production.environment)), 'GET', '/applications');
  return said + (told ? await text(told) : '');
}

/** Every row of every table, and all files on disk. */
async function contentsOf(url: string): Promise<string> {
  const database = new pg.Client(url);
  await database.connect();
  try {
    const { rows } = await database.query<{ name: string }>(
      "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'chatpush'",
    );
    let found = '';
    for (const { name } of rows)
      found += JSON.stringify((await database.query(`select t::text from ${name} t`)).rows);
    await database.query('checkpoint');
    return found;
  } finally {
    await database.end();
  }
}

const filesIn = (folder: string): string[] =>
  globSync('**/*', { cwd: folder })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile());

test('on SQLite: files, WAL, backup, logs, metrics, audit log, answers, errors and commands', async () => {
  const secretKey = createSecretKeyText();
  await using production = await startProduction({ secretKey });
  const { ApplicationId, answers, needles } = await useEveryCredential(production);
  needles.push(...formsOf(secretKey));
  assertNone('an answer', JSON.stringify(answers), needles);
  assertNone('a command', await saidBy(production, ApplicationId), needles);
  const copy = join(production.folder, 'copy.db');
  assert.equal(await backup([copy], production.environment, () => undefined), 0);
  const search = (): void => {
    const files = filesIn(join(production.folder, 'data'));
    assert.ok(files.length > 0);
    for (const path of [...files, copy, join(production.folder, 'audit.log')])
      assertNone(path, readFileSync(path), needles);
  };
  assert.ok(filesIn(join(production.folder, 'data')).some((path) => path.endsWith('-wal')));
  search();
  await production.pinpoint.send(new DeleteGcmChannelCommand({ ApplicationId }));
  await production.pinpoint.send(new DeleteAppCommand({ ApplicationId }));
  await production.restart();
  search();
  assertNone('the log', production.logged.join(''), needles);
  // The search does find a text that is there.
  assert.throws(() => assertNone('a file', Buffer.from(`x${needles[0]}x`), needles), /holds/);
});

test('on PostgreSQL: tables, their files, WAL, and everything else', async (t) => {
  const server = await startPostgres();
  t.after(() => server.close());
  const secretKey = createSecretKeyText();
  await using production = await startProduction({ store: server.url, secretKey });
  const { ApplicationId, answers, needles } = await useEveryCredential(production);
  needles.push(...formsOf(secretKey));
  assertNone('an answer', JSON.stringify(answers), needles);
  assertNone('a command', await saidBy(production, ApplicationId), needles);
  assertNone('the log', production.logged.join(''), needles);
  const found = await contentsOf(server.url);
  assert.match(found, /sealed/, 'the credentials are there, encrypted');
  assertNone('a table', found, needles);
  if (!server.isOurs) return;
  const files = filesIn(join(server.folder, 'cluster')).filter((path) => /\/(base|pg_wal)\//.test(path));
  assert.ok(files.some((path) => path.includes('/pg_wal/')));
  for (const path of files) assertNone(path, readFileSync(path), needles);
});
