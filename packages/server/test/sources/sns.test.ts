// Messages of Amazon Connect's stream become pushes.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { attributes, chatMessage, startScene } from './harness.ts';
import type { Scene } from './harness.ts';
import { HOST, TOPIC, post } from './stand-in-sns.ts';
import type { Fields, PublishedBy } from './stand-in-sns.ts';

let scene: Scene;
before(async () => {
  scene = await startScene();
});
after(() => scene[Symbol.asyncDispose]());

const publish = (message: Fields, more?: Record<string, string>, by?: PublishedBy) =>
  post(scene.service.url, scene.sns.notification(message, attributes(more), by));
const phone = (token: string) => scene.service.emulator!.phone(token);

/** Waits until a later message to the same phone has arrived, so that earlier pushes would have, too. */
async function arrived(contactId: string, token: string): Promise<string[]> {
  const last = `last ${crypto.randomUUID()}`;
  await publish(chatMessage({ ContactId: contactId, InitialContactId: contactId, Content: last }));
  await phone(token).waitFor({ contains: last });
  return phone(token)
    .notifications.map(({ payload }) => JSON.stringify(payload))
    .filter((payload) => !payload.includes(last));
}

for (const version of ['1', '2'] as const)
  test(`a message signed in version ${version} lights up the phone, with Amazon's keys`, async () => {
    await scene.register(`contact-${version}`, `phone-${version}`);
    const message = chatMessage({ ContactId: `contact-${version}`, InitialContactId: `contact-${version}` });
    const answer = await publish(message, {}, { version });
    assert.deepEqual(answer, { status: 200, text: '{}' });
    await phone(`phone-${version}`).waitFor({ contains: 'Hello from the agent' });
    const [notification] = phone(`phone-${version}`).notifications;
    const { message: pushed } = notification!.payload as { message: { data: object } };
    assert.deepEqual(pushed.data, {
      title: '',
      body: 'Hello from the agent',
      initialContactId: `contact-${version}`,
      messageId: message['Id'],
      messageType: 'MESSAGE',
      contentType: 'text/plain',
    });
  });

describe('what pushes', () => {
  const cases: [what: string, message: Fields, attributes: Record<string, string>, pushes: boolean][] = [
    ['a message of the system', { ParticipantRole: 'SYSTEM' }, {}, true],
    ['a message of a bot', { ParticipantRole: 'CUSTOM_BOT' }, {}, true],
    ['a message of nobody in particular', { ParticipantRole: undefined }, {}, true],
    ['an attachment', { Type: 'ATTACHMENT', Content: undefined }, {}, true],
    ['what only the customer sees', {}, { MessageVisibility: 'CUSTOMER' }, true],
    ["the customer's own message", { ParticipantRole: 'CUSTOMER' }, {}, false],
    [
      'a message whose attributes alone say that it is the customer’s',
      { ParticipantRole: undefined },
      { ParticipantRole: 'CUSTOMER' },
      false,
    ],
    [
      'a message of the customer that attributes pass off as the agent’s',
      { ParticipantRole: 'CUSTOMER' },
      { ParticipantRole: 'AGENT' },
      false,
    ],
    ['what only agents see', {}, { MessageVisibility: 'AGENT' }, false],
    ['what nobody says who sees', {}, { MessageVisibility: '' }, false],
    ['what is seen in a way unknown', {}, { MessageVisibility: 'SUPERVISORS' }, false],
    ['typing', { Type: 'EVENT', ContentType: 'application/vnd.amazonaws.connect.event.typing' }, {}, false],
    ['a type unknown', { Type: 'MESSAGEMETADATA' }, {}, false],
  ];
  for (const [index, [what, message, more, pushes]] of cases.entries())
    test(`${what}: ${pushes ? 'yes' : 'no'}`, async () => {
      const contactId = `what-${index}`;
      await scene.register(contactId, `phone-${contactId}`);
      const answer = await publish(
        chatMessage({ ContactId: contactId, InitialContactId: contactId, ...message }),
        more,
      );
      assert.equal(answer.status, 200);
      const got = await arrived(contactId, `phone-${contactId}`);
      assert.equal(got.length, pushes ? 1 : 0);
    });
});

test('after a transfer the registration is found by the initial contact', async () => {
  await scene.register('initial', 'phone-transfer');
  const answer = await publish(
    chatMessage({ InitialContactId: 'initial', ContactId: 'second-agent', Content: 'transferred' }),
  );
  assert.equal(answer.status, 200);
  await phone('phone-transfer').waitFor({ contains: 'transferred' });
});

test('the end of the chat closes the contact', async () => {
  await scene.register('ending', 'phone-ending');
  const ended = chatMessage({
    Type: 'EVENT',
    ContentType: 'application/vnd.amazonaws.connect.event.chat.ended',
    ContactId: 'ending',
    InitialContactId: 'ending',
    ParticipantRole: undefined,
    DisplayName: undefined,
    Content: undefined,
  });
  assert.equal((await publish(ended, { Type: 'EVENT' })).status, 200);
  await assert.rejects(
    scene.sdk.send(
      new CreatePushNotificationRegistrationCommand({
        InstanceId: '11111111-2222-3333-4444-555555555555',
        PinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
        DeviceToken: 'late',
        DeviceType: 'GCM',
        ContactConfiguration: { ContactId: 'ending' },
      }),
    ),
    { name: 'ResourceNotFoundException' },
  );
});

test('a message with a subject, and text that JSON escapes, verifies', async () => {
  const message = chatMessage({ Content: 'line\nline "quoted" \\ é 😀 </script>' });
  const answer = await publish(message, {}, { version: '2', before: { Subject: 'a subject' } });
  assert.equal(answer.status, 200);
});

describe('subscriptions', () => {
  test('one of a configured topic is confirmed at the signed URL', async () => {
    const request = scene.sns.confirmationRequest();
    const answer = await post(scene.service.url, request);
    assert.equal(answer.status, 200);
    assert.equal(
      scene.sns.asked.at(-1),
      `${HOST} /?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=${String(request['Token'])}`,
    );
    assert.equal(await scene.counted('confirmed'), 1);
  });

  test('confirmation is retried while SNS fails, but not if SNS refuses', async () => {
    scene.sns.confirmation.status = 500;
    assert.equal((await post(scene.service.url, scene.sns.confirmationRequest())).status, 503);
    scene.sns.confirmation.status = 403;
    assert.equal((await post(scene.service.url, scene.sns.confirmationRequest())).status, 400);
    scene.sns.confirmation.status = 200;
  });

  test('the end of one is logged and not undone', async () => {
    const before = scene.sns.asked.length;
    const answer = await post(
      scene.service.url,
      scene.sns.confirmationRequest('UnsubscribeConfirmation', { version: '2' }),
    );
    assert.equal(answer.status, 200);
    assert.equal(await scene.counted('unsubscribed'), 1);
    assert.equal(scene.sns.asked.length, before);
  });
});
