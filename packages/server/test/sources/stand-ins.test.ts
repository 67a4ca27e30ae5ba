// LocalStack and moto in place of Amazon SNS: allowed only for a topic in development.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectClient, CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { ConfigError, readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { createStandIn } from '../../src/sources/sns/stand-in.ts';
import type { Service } from '../../src/service.ts';
import { CACHE, installPython } from '../aws/python.ts';
import { movedClock } from '../moved-clock.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { createAuthority } from './authority.ts';
import { INSTANCE, attributes, chatMessage } from './harness.ts';

const TOPIC = 'arn:aws:sns:eu-central-1:000000000000:chat';
const CREDENTIALS = { accessKeyId: 'A', secretAccessKey: 'a-secret' };

interface Place {
  readonly service: Service;
  readonly warned: () => number;
  register(deviceToken: string): Promise<void>;
  post(body: object): Promise<Response>;
}

/** A service whose topic has such settings. */
async function start(t: TestContext, topic: object): Promise<Place> {
  const folder = temporaryFolder();
  const file = join(folder.path, 'settings.json');
  writeFileSync(file, settings(topic));
  const lines: string[] = [];
  const service = await startService(
    readConfig({
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
      CHATPUSH_CONFIG: file,
      CHATPUSH_AUTO_CREATE: 'all',
    }),
    { logStream: { write: (line) => void lines.push(line) } },
  );
  const sdk = new ConnectClient({ region: 'eu-central-1', endpoint: service.url, credentials: CREDENTIALS });
  t.after(async () => {
    sdk.destroy();
    await service.stop();
    folder[Symbol.dispose]();
  });
  return {
    service,
    warned: () => lines.filter((line) => line.includes('replacement for Amazon SNS')).length,
    register: async (DeviceToken) => {
      await sdk.send(
        new CreatePushNotificationRegistrationCommand({
          InstanceId: INSTANCE,
          PinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/a',
          DeviceToken,
          DeviceType: 'GCM',
          ContactConfiguration: { ContactId: 'chat-1', IncludeRawMessage: true },
        }),
      );
    },
    post: (body) =>
      fetch(new URL('/sources/sns', service.url), {
        method: 'POST',
        headers: { 'content-type': 'text/plain; charset=UTF-8' },
        body: JSON.stringify(body),
      }),
  };
}

const settings = (topic: object): string =>
  JSON.stringify({
    accessKeys: [{ id: 'A', secret: 'a-secret', instances: 'all' }],
    instances: [INSTANCE],
    sources: { sns: [{ topicArn: TOPIC, instances: [INSTANCE], ...topic }] },
  });

const waitFor = (place: Place, token: string, contains: string): Promise<unknown> =>
  place.service.emulator!.phone(token).waitFor({ contains, timeoutMs: 10_000 });

/** As `create_sns_message_body` of LocalStack 2026.3 makes it: its own host names in both URLs, and its own certificate. */
function localstackMessage(key: Parameters<typeof sign>[2], port: number, fields: object): object {
  const message = {
    Type: 'Notification',
    MessageId: crypto.randomUUID(),
    TopicArn: TOPIC,
    Timestamp: new Date().toISOString(),
    ...fields,
  };
  const text = Object.entries(message)
    .filter(([name]) => name !== 'MessageAttributes')
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  return {
    ...message,
    SignatureVersion: '1',
    Signature: sign('sha1', Buffer.from(text), key).toString('base64'),
    SigningCertURL: `http://localhost.localstack.cloud:${port}/_aws/sns/SimpleNotificationService-6c6f63616c737461636b69736e696365.pem`,
  };
}

const messageAttributes = (): object =>
  Object.fromEntries(Object.entries(attributes()).map(([name, Value]) => [name, { Type: 'String', Value }]));

test('LocalStack: certificate and confirmation are requested at the endpoint, whatever host a message names', async (t) => {
  const own = createAuthority('LocalStack TEST SNS Root Certificate Authority', Date.now());
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.headers.host} ${request.url}`);
    response.end(request.url?.endsWith('.pem') ? own.pem : '<ConfirmSubscriptionResponse/>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const place = await start(t, { endpoint: `http://127.0.0.1:${port}` });
  assert.equal(place.warned(), 1);

  const subscribe = `http://localhost.localstack.cloud:${port}/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
  const request = {
    Message: 'Confirm?',
    Type: 'SubscriptionConfirmation',
    Token: 't',
    SubscribeURL: subscribe,
  };
  assert.equal((await place.post(localstackMessage(own.key, port, request))).status, 200);
  assert.equal(
    asked.at(-1),
    `localhost.localstack.cloud:${port} /?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`,
  );

  await place.register('phone');
  const said = {
    Message: JSON.stringify(chatMessage({ Content: 'by LocalStack' })),
    MessageAttributes: messageAttributes(),
  };
  assert.equal((await place.post(localstackMessage(own.key, port, said))).status, 200);
  await waitFor(place, 'phone', 'by LocalStack');

  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  assert.equal((await place.post(localstackMessage(privateKey, port, said))).status, 403, 'another key');
  const { Signature: _, ...unsigned } = localstackMessage(own.key, port, said) as { Signature: string };
  assert.equal((await place.post(unsigned)).status, 400, 'no signature');
});

test('an older LocalStack does not sign: its messages are accepted if the settings allow it', async (t) => {
  const place = await start(t, { endpoint: 'http://127.0.0.1:1', signatures: 'ignored' });
  await place.register('phone');
  const answer = await place.post({
    Type: 'Notification',
    MessageId: crypto.randomUUID(),
    TopicArn: TOPIC,
    Timestamp: new Date().toISOString(),
    Message: JSON.stringify(chatMessage({ Content: 'unsigned' })),
    MessageAttributes: messageAttributes(),
  });
  assert.equal(answer.status, 200);
  await waitFor(place, 'phone', 'unsigned');
});

test('only the endpoint is called, whatever address a message names', async () => {
  const asked: string[] = [];
  const standIn = createStandIn({
    endpoint: 'http://127.0.0.1:4566',
    region: 'eu-central-1',
    reach: async (url) => {
      asked.push(url.origin);
      return { status: 200, body: Buffer.alloc(0) };
    },
    isUnsigned: false,
    instances: [],
  });
  const addresses = [
    'https://sns.eu-central-1.amazonaws.com/a.pem?b=c',
    'http://a//evil.example/x.pem',
    'data:http://evil.example/x.pem',
    'file:///etc/passwd',
  ];
  for (const address of addresses) await standIn.get(address);
  assert.deepEqual(
    asked,
    addresses.map(() => 'http://127.0.0.1:4566'),
  );
});

test('in production neither is allowed, and without an endpoint Amazon’s signatures are checked', () => {
  using folder = temporaryFolder();
  const file = join(folder.path, 'settings.json');
  const mistakes = (topic: object, environment = {}): string[] => {
    writeFileSync(file, settings(topic));
    try {
      readConfig({ CHATPUSH_CONFIG: file, ...environment });
      return [];
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.mistakes.map(({ where, what }) => `${where} ${what}`);
    }
  };
  const endpoint = 'http://localhost:4566';
  const [first, ...more] = mistakes({ endpoint, signatures: 'ignored' });
  assert.match(
    first ?? '',
    /^sources\.sns\[0\]\.endpoint is for local development, .*CHATPUSH_AUTO_CREATE=all/,
  );
  assert.deepEqual(more, []);
  assert.match(
    mistakes({ signatures: 'ignored' }, { CHATPUSH_AUTO_CREATE: 'all' })[0] ?? '',
    /^sources\.sns\[0\]\.signatures is "ignored", but Amazon signs every message/,
  );
  assert.deepEqual(mistakes({ endpoint, signatures: 'ignored' }, { CHATPUSH_AUTO_CREATE: 'all' }), []);
});

const MOTO = 'moto[server]==5.2.5';

test('moto: a message published with Amazon’s API lights up a phone', { timeout: 240_000 }, async (t) => {
  const folder = join(CACHE, 'python-moto-5.2.5');
  const isHere = spawnSync('python3', ['-c', 'import moto.server']).status === 0;
  const missing = isHere ? undefined : await installPython(folder, [MOTO]);
  if (missing !== undefined) return t.skip(missing);
  const moto = spawn('python3', ['-m', 'moto.server', '-H', '127.0.0.1', '-p', '0'], {
    env: { PATH: process.env['PATH'], PYTHONPATH: folder, PYTHONUNBUFFERED: '1', ...movedClock() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.after(() => moto.kill());
  let said = '';
  for (const stream of [moto.stdout, moto.stderr]) stream.on('data', (text) => (said += String(text)));
  let endpoint: string | undefined;
  while ((endpoint = /http:\/\/127\.0\.0\.1:\d+/.exec(said)?.[0]) === undefined) {
    assert.equal(moto.exitCode, null, said);
    await sleep(50);
  }
  const call = async (parameters: Record<string, string>): Promise<void> => {
    const answer = await fetch(endpoint, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/sns/aws4_request, SignedHeaders=host, Signature=0`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({ Version: '2010-03-31', ...parameters }).toString(),
    });
    assert.equal(answer.status, 200, await answer.text());
  };
  const topicArn = 'arn:aws:sns:eu-central-1:123456789012:chat';
  const place = await start(t, { topicArn, endpoint });
  await place.register('phone');
  await call({ Action: 'CreateTopic', Name: 'chat' });
  await call({
    Action: 'Subscribe',
    TopicArn: topicArn,
    Protocol: 'http',
    Endpoint: `${place.service.url}/sources/sns`,
  });
  await call({
    Action: 'Publish',
    TopicArn: topicArn,
    Message: JSON.stringify(chatMessage({ Content: 'by moto' })),
  });
  await waitFor(place, 'phone', 'by moto');
});
