// The examples for Amazon Connect: the Lambda function with fakes of Connect and SNS, and the bot with the two official SDKs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { StartChatContactCommand } from '@aws-sdk/client-connect';
import { ConnectParticipantClient } from '@aws-sdk/client-connectparticipant';
import { INSTANCE, attributes, chatMessage, startScene } from '../../packages/server/test/sources/harness.ts';
import { TOPIC, post } from '../../packages/server/test/sources/stand-in-sns.ts';
import { joinChat } from '../bot/bot.ts';
import { createHandler } from '../lambda/register.ts';
import type { ContactFlowEvent } from '../lambda/register.ts';

const ENTRY = new URL('../lambda/index.ts', import.meta.url).href;

const chat = (Attributes: ContactFlowEvent['Details']['ContactData']['Attributes']): ContactFlowEvent => ({
  Details: {
    ContactData: {
      Attributes,
      InitialContactId: 'chat-1',
      InstanceARN: `arn:aws:connect:eu-central-1:123456789012:instance/${INSTANCE}`,
    },
  },
});

test('the Lambda registers the phone with chatpush and starts the stream on Amazon; then messages light it up', async (t) => {
  await using scene = await startScene();
  const asked: { path: string; key: string; body: Record<string, unknown> }[] = [];
  const streaming = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await request.toArray()).join('');
    const key = /Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    asked.push({ path: request.url!, key, body: JSON.parse(body) as Record<string, unknown> });
    response.setHeader('content-type', 'application/json').end('{"StreamingId":"stream-1"}');
  };
  const amazon = createServer((request, response) => void streaming(request, response));
  await once(amazon.listen(0, '127.0.0.1'), 'listening');
  t.after(() => amazon.close().closeAllConnections());
  // The SDK's endpoint of Amazon, and the credentials of the function's role.
  const { port } = amazon.address() as AddressInfo;
  process.env['AWS_ENDPOINT_URL_CONNECT'] = `http://127.0.0.1:${port}`;
  process.env['AWS_ACCESS_KEY_ID'] = 'ASIAROLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'of the role';
  const handler = createHandler(
    {
      CHATPUSH_URL: scene.service.url,
      CHATPUSH_ACCESS_KEY_ID: 'test',
      CHATPUSH_SECRET_ACCESS_KEY: 'test',
      APPLICATION_ARN: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
      TOPIC_ARN: TOPIC,
    },
    'eu-central-1',
  );

  const answer = await handler(chat({ deviceToken: 'phone', deviceType: 'GCM' }));
  assert.deepEqual(
    await handler(chat({ deviceToken: 'phone', deviceType: 'GCM' })),
    answer,
    'Lambda may run twice',
  );
  assert.equal(answer['streamingId'], 'stream-1');
  const [first, second] = asked;
  assert.deepEqual(first, second);
  assert.deepEqual(
    [first!.path, first!.key, first!.body['ContactId'], first!.body['ChatStreamingConfiguration']],
    ['/contact/start-streaming', 'ASIAROLE', 'chat-1', { StreamingEndpointArn: TOPIC }],
  );
  assert.deepEqual(await handler(chat({})), { push: 'no device' });
  assert.equal(asked.length, 2);

  const body = scene.sns.notification(chatMessage({ Content: 'streamed' }), attributes());
  assert.equal((await post(scene.service.url, body)).status, 200);
  const phone = scene.service.emulator!.phone('phone');
  await phone.waitFor({ contains: 'streamed' });
  assert.equal(phone.notifications.length, 1);
});

test('the bot joins a chat, and each of its messages lights up the phone once per token', async () => {
  await using scene = await startScene();
  const participants = new ConnectParticipantClient({
    region: 'eu-central-1',
    endpoint: scene.service.url,
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
  const { ContactId } = await scene.sdk.send(
    new StartChatContactCommand({
      InstanceId: INSTANCE,
      ContactFlowId: 'support',
      ParticipantDetails: { DisplayName: 'Jo' },
    }),
  );
  await scene.register(ContactId!, 'phone');
  const clients = { connect: scene.sdk, participants };
  const bot = await joinChat(clients, { instanceId: INSTANCE, contactId: ContactId! }, 'Robo');
  const said = await bot.say('Your parcel is on its way.', 'parcel');
  const again = await joinChat(clients, { instanceId: INSTANCE, contactId: ContactId! }, 'Robo');
  assert.equal(await again.say('Your parcel is on its way.', 'parcel'), said);
  await bot.say('It arrives tomorrow.');
  const phone = scene.service.emulator!.phone('phone');
  await phone.waitFor({ contains: 'tomorrow' });
  assert.equal(phone.notifications.length, 2);
  participants.destroy();
});

test('the Lambda’s entry point names a missing setting, and exports a handler if all are set', async () => {
  const settings = {
    CHATPUSH_URL: 'http://127.0.0.1:1',
    CHATPUSH_ACCESS_KEY_ID: 'test',
    CHATPUSH_SECRET_ACCESS_KEY: 'test',
    APPLICATION_ARN: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    AWS_REGION: 'eu-central-1',
  };
  const load = (environment: Record<string, string>) =>
    promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', `console.log(typeof (await import('${ENTRY}')).handler)`],
      { env: { PATH: process.env['PATH'], ...environment } },
    );
  assert.equal((await load({ ...settings, TOPIC_ARN: TOPIC })).stdout, 'function\n');
  await assert.rejects(load(settings), /TOPIC_ARN is not set/);
});
