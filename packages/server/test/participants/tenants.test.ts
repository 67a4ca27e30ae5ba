// Tenants of one service cannot write into each other's chats. Regression: before token keys were derived per instance, the first
// access key of the settings signed the tokens of all instances, so its holder, even if limited to one instance, could
// impersonate anyone in every tenant's chats.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { createClient } from '@chatpush/client';
import { createParticipantKeys } from '../../src/auth/participant-keys.ts';
import { Secret } from '../../src/config/secret.ts';
import { participantToken, readParticipantToken } from '../../src/operations/participant-token.ts';
import type { TokenKind } from '../../src/operations/participant-token.ts';
import { openService } from '../operations/harness.ts';
import { startScene } from '../sources/harness.ts';
import type { Scene } from '../sources/harness.ts';

const A = { id: 'TENANTA', secret: 'the secret of tenant a', instances: ['tenant-a'] };
const B = { id: 'TENANTB', secret: 'the secret of tenant b', instances: ['tenant-b'] };

let scene: Scene;
before(async () => {
  scene = await startScene({
    accessKeys: [A, B].map(({ id, secret, instances }) => ({
      id,
      instances,
      actions: 'all' as const,
      applications: 'all' as const,
      secret: new Secret(secret),
    })),
  });
});
after(() => scene[Symbol.asyncDispose]());

const clientOf = ({ id, secret }: typeof A) =>
  createClient({
    region: 'eu-central-1',
    endpoint: scene.service.url,
    credentials: { accessKeyId: id, secretAccessKey: secret },
  });

async function post(path: string, token: string, body: object) {
  const answer = await fetch(new URL(`/participant/${path}`, scene.service.url), {
    method: 'POST',
    headers: { 'x-amz-bearer': token, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
}
const write = (token: string, Content: string) =>
  post('message', token, { ContentType: 'text/plain', Content });
const connect = (token: string) => post('connection', token, { Type: ['CONNECTION_CREDENTIALS'] });

/** A chat of tenant B with a phone, started by its backend. */
async function startChat(instanceId: string, deviceToken: string) {
  const client = clientOf(B);
  const { contactId, participantToken: token } = await client.startChatContact({
    instanceId,
    contactFlowId: 'support',
    participantDetails: { displayName: 'Jo' },
  });
  await client.createPushNotificationRegistration({
    instanceId,
    pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    deviceType: 'GCM',
    deviceToken,
    contactConfiguration: { contactId, includeRawMessage: true },
  });
  return { contactId, token };
}

async function joinAsBot(instanceId: string, contactId: string) {
  const { participantCredentials } = await clientOf(B).createParticipant({
    instanceId,
    contactId,
    participantDetails: { participantRole: 'CUSTOM_BOT' },
  });
  return participantCredentials.participantToken;
}

describe('two tenants, each with an access key of its own', () => {
  test('no token made with the key of the first can write in a chat of the second', async () => {
    const { contactId } = await startChat('tenant-b', 'phone-of-b');
    const participant = {
      instanceId: 'tenant-b',
      contactId,
      participantId: 'x',
      role: 'AGENT',
      expiresAt: Date.now() + 3_600_000,
    };
    const keys = {
      'of all instances, as it was': createHmac('sha256', A.secret)
        .update('chatpush participant key')
        .digest(),
      'of its own instance': createParticipantKeys([A, B])('tenant-a')!,
      'of the other, as if it were its own': createParticipantKeys([{ ...A, instances: 'all' }])('tenant-b')!,
    };
    for (const [name, key] of Object.entries(keys)) {
      assert.equal(
        (await write(participantToken(key, participant, 'connection'), 'a lie')).status,
        403,
        name,
      );
      assert.equal((await connect(participantToken(key, participant))).status, 403, name);
    }
    // The phone of tenant B shows only what its own bot wrote.
    const { body } = await connect(await joinAsBot('tenant-b', contactId));
    const { ConnectionToken } = body['ConnectionCredentials'] as { ConnectionToken: string };
    assert.equal((await write(ConnectionToken, 'the truth')).status, 200);
    const phone = scene.service.emulator!.phone('phone-of-b');
    await phone.waitFor({ contains: 'the truth' });
    assert.equal(phone.notifications.length, 1);
  });

  test('an instance and its ARN are one tenant', async () => {
    const arn = 'arn:aws:connect:eu-central-1:123456789012:instance/tenant-b';
    const { contactId, token } = await startChat(arn, 'phone-by-arn');
    assert.equal((await connect(token)).status, 200);
    const read = readParticipantToken(createParticipantKeys([A, B]), token, Date.now());
    assert.equal(read?.instanceId, 'tenant-b');
    assert.equal((await connect(await joinAsBot('tenant-b', contactId))).status, 200);
  });

  test('a validly signed token without a participant is refused like a forgery', async () => {
    const key = createParticipantKeys([A, B])('tenant-b')!;
    const signed = (said: unknown, kind: TokenKind) => {
      const payload = Buffer.from(JSON.stringify(said)).toString('base64url');
      const proof = createHmac('sha256', key).update(`chatpush ${kind} token\n`).update(payload);
      return `${payload}.${proof.digest('base64url')}`;
    };
    for (const said of [
      7,
      'text',
      {},
      [],
      [1, 'tenant-b'],
      [1, 'tenant-b', 'c', 'p', 'AGENT', 'never'],
      null,
    ])
      assert.equal((await write(signed(said, 'connection'), 'hello')).status, 403, JSON.stringify(said));
  });

  test('a token has only one valid encoding', async () => {
    const { token } = await startChat('tenant-b', 'phone-of-spellings');
    const { contactId } = await startChat('tenant-b', 'phone-of-more');
    assert.equal((await connect(`${token}=`)).status, 403);
    // Standard base64 differs where there is a 62nd or a 63rd digit, which most proofs have.
    let bot = token;
    while (!/\..*[-_]/.test(bot)) bot = await joinAsBot('tenant-b', contactId);
    const [payload, proof] = bot.split('.') as [string, string];
    const standard = proof.replaceAll('-', '+').replaceAll('_', '/');
    assert.equal((await connect(`${payload}.${standard}`)).status, 403);
    assert.equal((await connect(bot)).status, 200);
  });
});

test('an instance without an access key issues no tokens, and refuses before anything is written', async () => {
  const keys = createParticipantKeys([A, B]);
  assert.equal(keys('tenant-c'), undefined);
  await using service = await openService({ participantKeys: keys });
  const refused = {
    name: 'AccessDeniedException',
    message:
      /^No access key may start or join chats of the instance tenant-c, .* list it under "instances" of an access key\.$/,
  };
  const chat = {
    InstanceId: 'tenant-c',
    ClientToken: 'once',
    ContactFlowId: 'support',
    ParticipantDetails: { DisplayName: 'Jo' },
  };
  await assert.rejects(service.call('StartChatContact', chat), refused);
  assert.equal(await service.store.claimed('tenant-c', 'StartChatContact', 'once'), undefined);
  await assert.rejects(
    service.call('CreateParticipant', {
      InstanceId: 'tenant-c',
      ContactId: 'c',
      ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT' },
    }),
    refused,
  );
});

test('the token key of an instance comes from its first access key, whatever keys follow', () => {
  const all = { id: 'ALL', secret: 'a secret for all', instances: 'all' } as const;
  const key = createParticipantKeys([A, B])('tenant-b');
  assert.deepEqual(createParticipantKeys([B, A])('tenant-b'), key);
  assert.deepEqual(createParticipantKeys([A, B, all])('tenant-b'), key);
  assert.notDeepEqual(createParticipantKeys([all, A, B])('tenant-b'), key);
  const ofAll = createParticipantKeys([all]);
  assert.notDeepEqual(ofAll('tenant-a'), ofAll('tenant-b'));
});
