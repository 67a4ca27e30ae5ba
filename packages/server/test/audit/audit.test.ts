// The audit log: one line for each change and each refused key, and no secrets.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { createAudit } from '../../src/audit/audit.ts';
import { startService } from '../../src/service.ts';
import { settingsFolder } from '../config/settings-folder.ts';

const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';
const TOKEN = 'ab'.repeat(32);
const TEXT = 'a text that nobody else may read';
const KEYS = [
  { id: 'BACKEND', secret: 'the secret of the backend', instances: 'all' },
  { id: 'READER', secret: 'the secret of the reader', instances: 'all', actions: ['chatpush:List*'] },
];

async function startAudited(t: TestContext) {
  const folder = settingsFolder(t);
  const file = join(folder.path, 'audit.log');
  const settings = (more: object = {}) =>
    folder.settings({
      accessKeys: KEYS,
      instances: ['support'],
      applications: [{ arn: ARN }],
      trustedProxies: ['127.0.0.1'],
      bearerKeys: [{ id: 'crm', secret: 'bearer-0123456789-abcdef', instance: 'support', right: 'intake' }],
      ...more,
    });
  const environment = {
    ...settings(),
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_AUDIT: file,
  };
  const service = await startService(readConfig(environment), {
    logLevel: 'silent',
    readSettings: () => readConfig(environment),
  });
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= service.stop());
  t.after(stop);
  const client = (accessKeyId: string, secretAccessKey = KEYS.find(({ id }) => id === accessKeyId)?.secret) =>
    createClient({
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId, secretAccessKey: secretAccessKey ?? 'unknown' },
    });
  const lines = (from = file) =>
    readFileSync(from, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { service, client, file, lines, stop, settings };
}

const registration = (contactId: string, deviceToken = TOKEN) => ({
  instanceId: 'support',
  pinpointAppArn: ARN,
  deviceType: 'APNS' as const,
  deviceToken,
  contactConfiguration: { contactId, includeRawMessage: true },
});

test('a contact ended by a chat event is logged once', async (t) => {
  const { client, lines, stop } = await startAudited(t);
  const backend = client('BACKEND');
  await backend.createPushNotificationRegistration(registration('c'));
  for (const id of ['end', 'end again', 'end once more'])
    await backend.putChatEvents({
      instanceId: 'support',
      events: [
        {
          id,
          contactId: 'c',
          type: 'EVENT',
          contentType: 'application/vnd.amazonaws.connect.event.chat.ended',
        },
      ],
    });
  await stop();
  const ends = lines().filter(({ operation }) => operation === 'EndContact');
  assert.deepEqual(
    ends.map(({ instanceId, contactId, result }) => [instanceId, contactId, result]),
    [['support', 'c', 'ok']],
  );
});

test('each change is a line with key, action, resource, source address and result', async (t) => {
  const { client, lines, stop, file } = await startAudited(t);
  const backend = client('BACKEND');
  const { registrationId } = await backend.createPushNotificationRegistration(registration('c'));
  await backend.putChatEvents({
    instanceId: 'support',
    events: [{ id: 'm', contactId: 'c', type: 'MESSAGE', content: TEXT, participantRole: 'AGENT' }],
  });
  await backend.listDeliveries({ instanceId: 'support', contactId: 'c' });
  await backend.deletePushNotificationRegistration({ instanceId: 'support', registrationId, contactId: 'c' });
  const { contactId, participantToken } = await backend.startChatContact({
    instanceId: 'support',
    contactFlowId: 'flow',
    participantDetails: { displayName: 'Jo' },
  });
  await backend.stopContact({ instanceId: 'support', contactId });
  // A call refused for another reason than its key changed nothing.
  await assert.rejects(backend.createPushNotificationRegistration(registration(contactId)));
  await stop();

  const told = lines();
  assert.deepEqual(
    told.map(
      ({
        operation,
        result,
        keyId,
        instanceId,
        contactId: of,
        registrationId: one,
        application,
        address,
      }) => ({
        operation,
        result,
        keyId,
        instanceId,
        of,
        one,
        application,
        address,
      }),
    ),
    [
      ['CreatePushNotificationRegistration', 'c', registrationId, ARN] as const,
      ['DeletePushNotificationRegistration', 'c', registrationId] as const,
      ['StartChatContact', contactId] as const,
      ['StopContact', contactId] as const,
    ].map(([operation, of, one, application]) => ({
      operation,
      result: 'ok',
      keyId: 'BACKEND',
      instanceId: 'support',
      of,
      one,
      application,
      address: '127.0.0.1',
    })),
  );
  for (const { time, audit, requestId } of told) {
    assert.ok(Math.abs(Date.parse(String(time)) - Date.now()) < 60_000);
    assert.equal(audit, 1);
    assert.match(String(requestId), /^[0-9a-f-]{36}$/);
  }
  const text = readFileSync(file, 'utf8');
  for (const secret of [TOKEN, TEXT, participantToken, 'Jo', ...KEYS.map((key) => key.secret)])
    assert.ok(!text.includes(secret), secret);
  if (process.platform !== 'win32') assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('a refused key is a line: unknown, wrong secret, without permission, by a bearer key', async (t) => {
  const { service, client, lines, stop } = await startAudited(t);
  const call = { instanceId: 'support', contactId: 'c', disconnectReason: { code: 'DONE' } };
  await assert.rejects(client('STRANGER').stopContact(call));
  await assert.rejects(client('BACKEND', 'wrong').stopContact(call));
  await assert.rejects(client('READER').stopContact(call));
  const bearer = (method: string, path: string, secret: string) =>
    fetch(new URL(path, service.url), {
      method,
      headers: {
        authorization: `Bearer ${secret}`,
        'x-forwarded-proto': 'https',
        'x-forwarded-for': '192.0.2.7',
      },
    });
  const deliveries = '/push-notification/support/deliveries?contactId=c';
  assert.equal((await bearer('GET', deliveries, 'bearer-0123456789-abcdef')).status, 403);
  assert.equal((await bearer('GET', deliveries, 'not-a-key-of-ours-012345')).status, 403);
  // Without a key there is nothing to log.
  assert.equal((await fetch(new URL(deliveries, service.url))).status, 403);
  await stop();
  assert.deepEqual(
    lines().map((line) => {
      const { time, audit, requestId, ...rest } = line;
      assert.ok(time !== undefined && audit === 1 && requestId !== undefined);
      return rest;
    }),
    [
      {
        operation: 'StopContact',
        address: '127.0.0.1',
        result: 'UnrecognizedClientException',
        claimedKeyId: 'STRANGER',
      },
      {
        operation: 'StopContact',
        address: '127.0.0.1',
        result: 'InvalidSignatureException',
        claimedKeyId: 'BACKEND',
      },
      {
        operation: 'StopContact',
        instanceId: 'support',
        address: '127.0.0.1',
        result: 'AccessDeniedException',
        keyId: 'READER',
      },
      {
        operation: 'ListDeliveries',
        instanceId: 'support',
        address: '192.0.2.7',
        result: 'AccessDeniedException',
        keyId: 'crm',
      },
      { operation: 'ListDeliveries', address: '192.0.2.7', result: 'UnrecognizedClientException' },
    ],
  );
});

test('changed settings are a line, and after a rename by log rotation a new file is started', async (t) => {
  const { service, client, file, lines, stop, settings } = await startAudited(t);
  await client('BACKEND').createPushNotificationRegistration(registration('before'));
  while (!existsSync(file) || lines().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  renameSync(file, `${file}.1`);
  settings({ registrationsPerContact: 5, accessKeys: [KEYS[0]] });
  await service.reload();
  while (!existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 10));
  await client('BACKEND').createPushNotificationRegistration(registration('after'));
  settings({ nonsense: 1 });
  await assert.rejects(service.reload());
  await stop();
  const all = [...lines(`${file}.1`), ...lines()];
  assert.deepEqual(
    all.map(({ operation, result, changed }) => [operation, result, changed]),
    [
      ['CreatePushNotificationRegistration', 'ok', undefined],
      ['ReloadSettings', 'ok', ['accessKeys: READER removed', 'registrationsPerContact']],
      ['CreatePushNotificationRegistration', 'ok', undefined],
      ['ReloadSettings', 'refused', undefined],
    ],
  );
  assert.equal(lines(`${file}.1`)[0]!['contactId'], 'before');
  assert.ok(lines().some(({ contactId }) => contactId === 'after'));
});

test('the service does not start if the log is not writable, and says why', async (t) => {
  const folder = settingsFolder(t);
  const config = readConfig({
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_AUDIT: join(folder.path, 'nowhere', 'audit.log'),
  });
  await assert.rejects(startService(config, { logLevel: 'silent' }), {
    message: /^The audit log .*audit\.log cannot be written \(ENOENT\): correct CHATPUSH_AUDIT/,
  });
});

describe('a flood of refused keys', () => {
  test('is one line per kind, with a count', () => {
    const lines: string[] = [];
    const audit = createAudit(
      (line) => lines.push(line),
      () => 0,
    );
    const refused = (claimedKeyId: string, requestId: string) =>
      audit.refused({
        operation: 'StopContact',
        result: 'UnrecognizedClientException',
        claimedKeyId,
        requestId,
        address: '192.0.2.1',
      });
    for (let call = 0; call < 500; call++) refused('A', String(call));
    refused('B', 'b');
    assert.equal(lines.length, 2);
    audit.close();
    assert.deepEqual(JSON.parse(lines[2]!), {
      time: '1970-01-01T00:00:00.000Z',
      audit: 1,
      operation: 'StopContact',
      result: 'UnrecognizedClientException',
      claimedKeyId: 'A',
      address: '192.0.2.1',
      repeated: 499,
    });
  });

  test('with ever new ids is bounded, too', () => {
    const lines: string[] = [];
    const audit = createAudit(
      (line) => lines.push(line),
      () => 0,
    );
    for (let call = 0; call < 5_000; call++)
      audit.refused({
        operation: 'StopContact',
        result: 'UnrecognizedClientException',
        claimedKeyId: `K${call}`,
      });
    audit.close();
    assert.equal(lines.length, 1_001);
    assert.match(lines.at(-1)!, /"repeated":4000/);
  });
});
