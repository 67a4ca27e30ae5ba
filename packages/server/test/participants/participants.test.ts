// The main use case with official SDKs only: @aws-sdk/client-connect and @aws-sdk/client-connectparticipant, unmodified.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ConnectClient } from '@aws-sdk/client-connect';
import {
  CreateParticipantCommand,
  CreatePushNotificationRegistrationCommand,
  StartChatContactCommand,
  StopContactCommand,
} from '@aws-sdk/client-connect';
import {
  ConnectParticipantClient,
  CreateParticipantConnectionCommand,
  SendMessageCommand,
} from '@aws-sdk/client-connectparticipant';
import { INSTANCE, startScene } from '../sources/harness.ts';
import type { Scene } from '../sources/harness.ts';

const APPLICATIONS = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/';

let scene: Scene;
let connect: ConnectClient;
/** Its keys are arbitrary, because only the token counts. */
let participants: ConnectParticipantClient;
before(async () => {
  scene = await startScene({
    applications: [
      {
        arn: `${APPLICATIONS}titled`,
        title: '{displayName} writes',
        genericText: 'You have a message',
        attachmentText: '{name}',
        fcmMessage: 'data',
        priority: 'high',
        ttlMinutes: 60,
        channels: { GCM: { gateway: 'emulated' } },
      },
    ],
  });
  connect = scene.sdk;
  participants = new ConnectParticipantClient({
    region: 'eu-central-1',
    endpoint: scene.service.url,
    credentials: { accessKeyId: 'nobody', secretAccessKey: 'nothing' },
    maxAttempts: 1,
  });
});
after(async () => {
  participants.destroy();
  await scene[Symbol.asyncDispose]();
});

/** A chat with a phone and a bot in it. */
async function startChat(deviceToken: string, application = 'support') {
  const { ContactId, ParticipantToken: customerToken } = await connect.send(
    new StartChatContactCommand({
      InstanceId: INSTANCE,
      ContactFlowId: 'support',
      ParticipantDetails: { DisplayName: 'Jo' },
    }),
  );
  await connect.send(
    new CreatePushNotificationRegistrationCommand({
      InstanceId: INSTANCE,
      PinpointAppArn: APPLICATIONS + application,
      DeviceToken: deviceToken,
      DeviceType: 'GCM',
      ContactConfiguration: { ContactId, IncludeRawMessage: true },
    }),
  );
  const bot = await connect.send(
    new CreateParticipantCommand({
      InstanceId: INSTANCE,
      ContactId,
      ClientToken: `bot of ${deviceToken}`,
      ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT', DisplayName: 'Robo' },
    }),
  );
  return { contactId: ContactId!, customerToken: customerToken!, bot };
}

const connection = async (ParticipantToken: string) => {
  const { ConnectionCredentials } = await participants.send(
    new CreateParticipantConnectionCommand({ ParticipantToken, Type: ['CONNECTION_CREDENTIALS'] }),
  );
  return ConnectionCredentials!;
};
const write = (ConnectionToken: string, Content: string, ClientToken?: string) =>
  participants.send(
    new SendMessageCommand({ ConnectionToken, ContentType: 'text/plain', Content, ClientToken }),
  );
const phone = (token: string) => scene.service.emulator!.phone(token);

test('a bot joins and writes, and the phone lights up; the customer’s own messages do not push', async () => {
  const { bot, customerToken } = await startChat('phone-a');
  const { ParticipantCredentials, ParticipantId } = bot;
  assert.ok(ParticipantId);
  assert.ok(Date.parse(ParticipantCredentials!.Expiry!) > Date.now() + 86_400_000);
  const customer = await connection(customerToken);
  await write(customer.ConnectionToken!, 'I am the customer');
  const { ConnectionToken, Expiry } = await connection(ParticipantCredentials!.ParticipantToken!);
  assert.ok(Date.parse(Expiry!) > Date.now() + 3_600_000);
  const { Id, AbsoluteTime } = await write(ConnectionToken!, 'I am the bot');
  assert.ok(Math.abs(Date.parse(AbsoluteTime!) - Date.now()) < 60_000);
  await phone('phone-a').waitFor({ contains: 'I am the bot' });
  const [notification, ...others] = phone('phone-a').notifications;
  assert.equal(others.length, 0);
  assert.ok(JSON.stringify(notification!.payload).includes(Id!));
});

test('a title with the author shows the display name given to CreateParticipant', async () => {
  const { bot } = await startChat('phone-title', 'titled');
  const { ConnectionToken } = await connection(bot.ParticipantCredentials!.ParticipantToken!);
  await write(ConnectionToken!, 'I am the bot');
  const [notification] = await phone('phone-title').waitFor({ contains: 'I am the bot' });
  assert.ok(JSON.stringify(notification!.payload).includes('Robo writes'));
});

test('repeated calls return the same participant, tokens and message, and push once', async () => {
  const { contactId, bot } = await startChat('phone-b');
  const again = await connect.send(
    new CreateParticipantCommand({
      InstanceId: INSTANCE,
      ContactId: contactId,
      ClientToken: 'bot of phone-b',
      ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT', DisplayName: 'Robo' },
    }),
  );
  assert.deepEqual(again.ParticipantCredentials, bot.ParticipantCredentials);
  assert.equal(again.ParticipantId, bot.ParticipantId);
  const token = bot.ParticipantCredentials!.ParticipantToken!;
  const [{ ConnectionToken }, second] = [await connection(token), await connection(token)];
  assert.equal(ConnectionToken, second.ConnectionToken);

  const sent = await Promise.all(Array.from({ length: 20 }, () => write(ConnectionToken!, 'once', 'token')));
  assert.equal(new Set(sent.map(({ Id }) => Id)).size, 1);
  assert.equal(new Set(sent.map(({ AbsoluteTime }) => AbsoluteTime)).size, 1);
  await write(ConnectionToken!, 'last');
  await phone('phone-b').waitFor({ contains: 'last' });
  assert.equal(
    phone('phone-b').notifications.filter(({ payload }) => JSON.stringify(payload).includes('once')).length,
    1,
  );
  await assert.rejects(write(ConnectionToken!, 'another text', 'token'), { name: 'ValidationException' });
});

test('a client token is its participant’s own', async () => {
  const { customerToken, bot } = await startChat('phone-c');
  const customer = await connection(customerToken);
  const robot = await connection(bot.ParticipantCredentials!.ParticipantToken!);
  const first = await write(customer.ConnectionToken!, 'same', 'shared');
  const second = await write(robot.ConnectionToken!, 'same', 'shared');
  assert.notEqual(first.Id, second.Id);
});

describe('denied', () => {
  const denied = { name: 'AccessDeniedException', message: 'Access denied', $fault: 'client' } as const;

  test('everything after the chat has ended, except the repeat of what was said before', async () => {
    const { contactId, customerToken, bot } = await startChat('phone-d');
    const token = bot.ParticipantCredentials!.ParticipantToken!;
    const { ConnectionToken } = await connection(token);
    const before = await write(ConnectionToken!, 'before the end', 'said');
    await connect.send(new StopContactCommand({ InstanceId: INSTANCE, ContactId: contactId }));
    await assert.rejects(write(ConnectionToken!, 'after the end'), denied);
    await assert.rejects(connection(token), denied);
    await assert.rejects(connection(customerToken), denied);
    assert.equal((await write(ConnectionToken!, 'before the end', 'said')).Id, before.Id);
    await assert.rejects(
      connect.send(
        new CreateParticipantCommand({
          InstanceId: INSTANCE,
          ContactId: contactId,
          ParticipantDetails: { ParticipantRole: 'CUSTOM_BOT' },
        }),
      ),
      { name: 'ResourceNotFoundException' },
    );
  });

  test('a token of the other kind, changed, cut, made up or of another key', async () => {
    const { bot } = await startChat('phone-e');
    const token = bot.ParticipantCredentials!.ParticipantToken!;
    const { ConnectionToken } = await connection(token);
    await assert.rejects(write(token, 'with the participant token'), denied);
    await assert.rejects(connection(ConnectionToken!), denied);
    const [payload, proof] = ConnectionToken!.split('.') as [string, string];
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown[];
    said[4] = 'AGENT';
    const changed = Buffer.from(JSON.stringify(said)).toString('base64url');
    for (const wrong of [
      `${changed}.${proof}`,
      `${payload}.`,
      payload,
      `${payload}.${proof}x`,
      'x',
      '.',
      `${payload}.${proof}.`,
    ])
      await assert.rejects(write(wrong, 'hello'), denied, wrong);
  });

  test('a request without a token, however it is signed', async () => {
    for (const authorization of ['', 'AWS4-HMAC-SHA256 Credential=test/x']) {
      const answer = await fetch(new URL('/participant/message', scene.service.url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: '{"ContentType":"text/plain","Content":"x"}',
      });
      assert.deepEqual(
        [answer.status, answer.headers.get('x-amzn-errortype'), await answer.json()],
        [403, 'AccessDeniedException', { Message: 'Access denied' }],
      );
    }
  });
});

test('errors have the names that the Participant Service’s SDK knows', async () => {
  const { bot } = await startChat('phone-f');
  const token = bot.ParticipantCredentials!.ParticipantToken!;
  const { ConnectionToken } = await connection(token);
  await assert.rejects(write(ConnectionToken!, ''), { name: 'ValidationException' });
  await assert.rejects(write(ConnectionToken!, 'é'.repeat(8_193)), { name: 'ValidationException' });
  await write(ConnectionToken!, 'é'.repeat(8_192));
  for (const Type of [['WEBSOCKET'], ['WEBSOCKET', 'CONNECTION_CREDENTIALS']] as const)
    await assert.rejects(
      participants.send(new CreateParticipantConnectionCommand({ ParticipantToken: token, Type: [...Type] })),
      { name: 'ValidationException', message: 'There is no WEBSOCKET here; ask for CONNECTION_CREDENTIALS.' },
    );
  await assert.rejects(
    connect.send(
      new CreateParticipantCommand({
        InstanceId: INSTANCE,
        ContactId: 'x',
        ParticipantDetails: { ParticipantRole: 'CUSTOMER' },
      }),
    ),
    { name: 'InvalidRequestException' },
  );
});

test('an unknown operation is answered with the list of operations', async () => {
  const answer = await fetch(new URL('/participant/transcript', scene.service.url), { method: 'POST' });
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get('x-amzn-errortype'), 'UnknownOperationException');
  const { Message } = (await answer.json()) as { Message: string };
  for (const name of ['CreateParticipantConnection', 'SendMessage', 'CreateApp'])
    assert.match(Message, new RegExp(`\\b${name}\\b`));
});
