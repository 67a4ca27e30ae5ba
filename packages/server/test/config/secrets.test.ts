// No secret of a run appears in its database, logs, metrics, answers, or in what a debugger would print.
//
// The run uses every kind of secret, at the most verbose log level, with successes and failures.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { createClient } from '@chatpush/client';
import { check } from '../../src/cli/check.ts';
import { doctor } from '../../src/cli/doctor.ts';
import { readConfig } from '../../src/config/environment.ts';
import { Secret } from '../../src/config/secret.ts';
import { createProviderTokens } from '../../src/gateways/apns/provider-token.ts';
import { startService } from '../../src/service.ts';
import { channelsAt, KEY, settingsWith, strictEmulator } from '../doctor/accounts.ts';
import { startConnectProxy } from '../doctor/connect-proxy.ts';
import { PEM, p256, rsa } from './keys.ts';
import { assertNone, formsOf, formsOfKey } from './secret-forms.ts';
import { ARN } from './settings-folder.ts';

const ACCESS = 'access-secret-4f1c9e';
const BEARER = 'bearer-secret-77aa01bcd2';
const PROXY = 'proxy-secret-0c3d';
const TEXT = 'the text of a message that nobody else may read';
const IPHONE = 'ab'.repeat(32);

test('a run with every kind of secret leaves none of them behind', async (t) => {
  const emulator = await strictEmulator(t);
  const at = channelsAt(emulator);
  const proxy = await startConnectProxy(t, { password: PROXY });
  const broken = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/broken';
  // One file with both, as keychain exports produce it.
  const { certificate, privateKey } = emulator.providerCertificate('com.example.chat');
  const made = { certificate: `${certificate}\n${privateKey}`, privateKey };
  const settings = settingsWith(
    t,
    {
      APNS: at.apns(),
      APNS_SANDBOX: at.sandbox({ keyId: undefined, teamId: undefined, ...made }),
      GCM: at.fcm(),
    },
    {
      accessKeys: [{ id: 'AKIDEXAMPLE', secret: { env: 'ACCESS' }, instances: 'all' }],
      bearerKeys: [{ id: 'crm', secret: BEARER, instance: 'i1', right: 'intake' }],
      instances: ['i1'],
      proxy: proxy.url,
      applications: [
        {
          arn: ARN,
          channels: {
            APNS: at.apns(),
            APNS_SANDBOX: at.sandbox({ keyId: undefined, teamId: undefined, ...made }),
            GCM: at.fcm(),
          },
        },
        {
          arn: broken,
          channels: { APNS: at.apns({ keyId: 'REVOKED001' }), GCM: at.fcm({}, { client_email: 'gone@x' }) },
        },
      ],
    },
  );
  const folder = dirname(settings.CHATPUSH_CONFIG);
  const environment = {
    ...settings,
    ACCESS,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder, 'store.db')}`,
  };
  const config = readConfig(environment);
  const keys = [
    ...[ACCESS, BEARER, PROXY].flatMap(formsOf),
    ...formsOfKey(PEM.p8, p256.privateKey.export({ format: 'jwk' }).d!),
    ...formsOfKey(PEM.rsa, rsa.privateKey.export({ format: 'jwk' }).d!),
    ...made.privateKey.split('\n').slice(1, -2),
  ];

  let log = '';
  const service = await startService(config, {
    logLevel: 'trace',
    logStream: {
      write: (line) => {
        log += line;
      },
    },
  });
  let answers = '';
  try {
    const client = createClient({
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: ACCESS },
    });
    const contactConfiguration = { contactId: 'c1', includeRawMessage: true };
    for (const [deviceType, deviceToken, pinpointAppArn] of [
      ['APNS', IPHONE, ARN],
      ['APNS_SANDBOX', 'cd'.repeat(32), ARN],
      ['GCM', 'an-android-phone', ARN],
      ['APNS', 'ef'.repeat(32), broken],
      ['GCM', 'another-android-phone', broken],
    ] as const)
      await client.createPushNotificationRegistration({
        instanceId: 'i1',
        pinpointAppArn,
        deviceType,
        deviceToken,
        contactConfiguration,
      });
    const put = (authorization: string): Promise<Response> =>
      fetch(`${service.url}/chat-events/i1`, {
        method: 'PUT',
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({
          Events: [{ Id: 'm1', ContactId: 'c1', Type: 'MESSAGE', Content: TEXT, ParticipantRole: 'AGENT' }],
        }),
      });
    const taken = await put(`Bearer ${BEARER}`);
    assert.equal(taken.status, 200, await taken.clone().text());
    for (const phone of [IPHONE, 'cd'.repeat(32), 'an-android-phone'])
      await emulator.phone(phone).waitFor({ contains: TEXT });

    // Mistakes of callers: valid secrets in the wrong places.
    for (const authorization of [
      `Bearer ${BEARER}x`,
      `Bearer ${ACCESS}`,
      `Basic ${ACCESS}`,
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${ACCESS}`,
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/eu-central-1/connect/aws4_request, SignedHeaders=host;x-amz-date, Signature=00',
    ])
      answers += await (await put(authorization)).text();
    for (const path of [
      '/',
      '/readyz?verbose',
      '/metrics',
      '/nothing',
      '/sources/sns',
      '/push-notification/i1/deliveries',
    ])
      for (const method of ['GET', 'POST'])
        answers += await (await fetch(service.url + path, { method })).text();
    const { deliveries } = await client.listDeliveries({ instanceId: 'i1', contactId: 'c1' });
    answers +=
      JSON.stringify(deliveries) +
      JSON.stringify(await client.listPushNotificationRegistrations({ instanceId: 'i1', contactId: 'c1' }));

    await doctor([], environment, (text) => void (answers += text));
    await check([], environment, (text) => void (answers += text));
    assert.match(answers, /broken/);

    // Tokens are secrets, too, until they expire. Apple's is the same for everyone who has the key; Google's are random.
    const minted = createProviderTokens({ ...KEY, privateKey: PEM.p8 }, () => Date.now())
      .current()
      .split('.')[2]!;
    const secrets = [...keys, minted];

    for (const [what, text] of Object.entries({
      'util.inspect(config)': inspect(config, { depth: Infinity, showHidden: true }),
      'JSON of the config': JSON.stringify(config),
      'util.inspect(service)': inspect(service, { depth: Infinity, showHidden: true }),
      greeting: service.greeting,
      'an answer': answers,
    }))
      assertNone(what, text, secrets);
    await service.stop();
    assert.ok(log.includes('attempt'), 'the log was asked for everything');
    assertNone('the log', log, [...secrets, TEXT, IPHONE]);
    const files = globSync('store.db*', { cwd: folder });
    assert.ok(files.includes('store.db'));
    for (const file of files) assertNone(file, readFileSync(join(folder, file)), secrets);
  } finally {
    await service.stop();
  }
});

describe('a secret', () => {
  const secret = new Secret('top-secret');
  const ways: [string, (value: unknown) => string][] = [
    ['inspected', (value) => inspect(value, { showHidden: true, depth: Infinity })],
    ['inspected without custom ways', (value) => inspect(value, { customInspect: false, showHidden: true })],
    ['as JSON', (value) => JSON.stringify(value)],
    ['in a text', (value) => `${String(value)} ${(value as { secret?: Secret }).secret?.toString()}`],
    ['by its members', (value) => JSON.stringify(Object.entries(Object(value)))],
    ['cloned', (value) => inspect(structuredClone(value))],
  ];
  for (const [name, show] of ways)
    test(`is not visible ${name}`, () => {
      for (const value of [secret, { secret }]) assert.ok(!show(value).includes('top'));
    });

  test('is available through reveal()', () => assert.equal(secret.reveal(), 'top-secret'));
});
