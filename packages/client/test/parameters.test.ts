// All parameters are checked before anything is sent, and errors use the caller's names.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InvalidParameterException } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { OPERATIONS } from '@chatpush/wire';
import type { OperationName } from '@chatpush/wire';
import { lowerFirst } from '../src/casing.ts';
import { CREATE, clientOf, errorOf } from './calls.ts';
import { answer, startRecordingServer } from './recording-server.ts';

test('all faults are reported at once by the caller’s paths, and nothing is sent', async () => {
  await using server = await startRecordingServer();
  const wrong = {
    instanceId: '',
    deviceToken: 'x'.repeat(501),
    deviceType: 'ADM',
    contactConfiguration: { contactId: 7, participantRole: null, includeRawMessage: 'yes' },
    clientToken: '😀'.repeat(500),
  };
  const error = await errorOf(clientOf(server).createPushNotificationRegistration(wrong as never));
  assert.ok(error instanceof InvalidParameterException);
  assert.deepEqual(
    [error.attempts, error.status, error.fault, error.retryable],
    [0, undefined, 'client', false],
  );
  const [head, ...faults] = error.message.split(/: (?=Value)|; /);
  assert.equal(head, '6 validation errors detected');
  assert.deepEqual(
    new Set(faults),
    new Set([
      "Value with length 0 at '/instanceId' failed to satisfy constraint: Member must have length between 1 and 100, inclusive",
      "Value with length 501 at '/deviceToken' failed to satisfy constraint: Member must have length between 1 and 500, inclusive",
      "Value at '/deviceType' failed to satisfy constraint: Member must satisfy enum value set: [GCM, APNS, APNS_SANDBOX]",
      "Value at '/pinpointAppArn' failed to satisfy constraint: Member must not be null",
      "Value at '/contactConfiguration/contactId' failed to satisfy constraint: Member must be a string",
      "Value at '/contactConfiguration/includeRawMessage' failed to satisfy constraint: Member must be a boolean",
    ]),
  );
  assert.equal(server.requests.length, 0);
});

for (const name of Object.keys(OPERATIONS) as OperationName[]) {
  const method = lowerFirst(name) as keyof ChatpushClient;
  const members = Object.entries(OPERATIONS[name].input.members);

  if (members.some(([, shape]) => 'required' in shape))
    test(`${name} without parameters names each missing one`, async () => {
      await using server = await startRecordingServer();
      const error = await errorOf(clientOf(server)[method]({} as never));
      assert.ok(error instanceof InvalidParameterException);
      for (const [member, shape] of members)
        assert.equal(error.message.includes(`'/${lowerFirst(member)}'`), 'required' in shape, member);
      assert.equal(server.requests.length, 0);
    });

  test(`${name} refuses anything but an object`, async () => {
    await using server = await startRecordingServer();
    const client = clientOf(server);
    for (const nothing of [undefined, null, 'text', []])
      assert.ok((await errorOf(client[method](nothing as never))) instanceof InvalidParameterException);
    assert.equal(server.requests.length, 0);
  });
}

for (const member of ['instanceId', 'registrationId'])
  for (const dots of ['.', '..'])
    test(`an id that a URL cannot contain is refused: ${member} ${dots}`, async () => {
      await using server = await startRecordingServer();
      const request = { instanceId: 'i', registrationId: 'r', contactId: 'c', [member]: dots };
      const error = await errorOf(clientOf(server).deletePushNotificationRegistration(request));
      assert.ok(error instanceof InvalidParameterException);
      assert.equal(server.requests.length, 0);
    });

describe('names are changed by shape', () => {
  test('attribute keys are data and stay as they are', async () => {
    await using server = await startRecordingServer(
      answer(200, '{"ContactId":"c","ParticipantId":"p","ParticipantToken":"t"}'),
    );
    const response = await clientOf(server).startChatContact({
      instanceId: 'i',
      contactFlowId: 'f',
      attributes: { deviceToken: 'x', DeviceType: 'y' },
      participantDetails: { displayName: 'Jane' },
    });
    const body = JSON.parse(server.requests[0]!.body) as { Attributes: unknown };
    assert.deepEqual(body.Attributes, { deviceToken: 'x', DeviceType: 'y' });
    assert.deepEqual(response, { contactId: 'c', participantId: 'p', participantToken: 't' });
  });

  test('undeclared members are not sent', async () => {
    await using server = await startRecordingServer();
    const request = { ...CREATE, password: 'secret', contactConfiguration: { contactId: 'c', secret: 1 } };
    await clientOf(server).createPushNotificationRegistration(request);
    const { ClientToken: _, ...body } = JSON.parse(server.requests[0]!.body) as Record<string, unknown>;
    assert.deepEqual(body, {
      PinpointAppArn: CREATE.pinpointAppArn,
      DeviceToken: CREATE.deviceToken,
      DeviceType: 'APNS',
      ContactConfiguration: { ContactId: 'c' },
    });
  });

  test('a list comes back in lower camel case, down to its elements', async () => {
    await using server = await startRecordingServer(
      answer(
        200,
        JSON.stringify({
          Deliveries: [
            {
              DeliveryId: 'd',
              ContactId: 'c',
              MessageId: 'm',
              Status: 'a-status-of-tomorrow',
              Attempts: [{ At: '2026-11-22T00:00:00Z', Outcome: 'accepted', Gateway: 'apns', Answer: null }],
              AttemptCount: 1,
              CreatedAt: '2026-11-22T00:00:00Z',
              CanReplay: false,
            },
          ],
        }),
      ),
    );
    const response = await clientOf(server).listDeliveries({
      instanceId: 'i',
      contactId: 'c d',
      maxResults: 5,
    });
    assert.equal(server.requests[0]!.target, '/push-notification/i/deliveries?contactId=c%20d&maxResults=5');
    assert.equal(server.requests[0]!.headers['content-type'], undefined);
    assert.deepEqual(response, {
      deliveries: [
        {
          deliveryId: 'd',
          contactId: 'c',
          messageId: 'm',
          status: 'a-status-of-tomorrow',
          attempts: [{ at: '2026-11-22T00:00:00Z', outcome: 'accepted', gateway: 'apns' }],
          attemptCount: 1,
          createdAt: '2026-11-22T00:00:00Z',
          canReplay: false,
        },
      ],
    });
  });
});
