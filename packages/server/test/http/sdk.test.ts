import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
  StartChatContactCommand,
  StopContactCommand,
} from '@aws-sdk/client-connect';
import type { ConnectClientConfig } from '@aws-sdk/client-connect';

import { KEY, startRecordingServer } from './recording-server.ts';
import type { RecordingServer } from './recording-server.ts';

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer();
});
after(() => server.close());

function createClient(config: ConnectClientConfig = {}): ConnectClient {
  return new ConnectClient({
    region: 'eu-central-1',
    endpoint: server.url,
    credentials: { accessKeyId: KEY.id, secretAccessKey: KEY.secret },
    maxAttempts: 1,
    ...config,
  });
}

const REGISTRATION = {
  InstanceId: 'i-1',
  PinpointAppArn: 'arn:aws:mobiletargeting:us-east-1:000000000000:apps/a',
  DeviceToken: 'token',
  DeviceType: 'GCM',
  ContactConfiguration: { ContactId: 'c-1', ParticipantRole: 'CUSTOMER', IncludeRawMessage: true },
  ClientToken: 'once',
} as const;

test('what the AWS SDK sends reaches the handler as it was meant', async () => {
  using client = disposable(createClient());
  const answer = await client.send(new CreatePushNotificationRegistrationCommand(REGISTRATION));
  assert.equal(answer.RegistrationId, 'r-1');
  assert.match(answer.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
  const { operation, input, call } = server.recorded.at(-1)!;
  assert.equal(operation, 'CreatePushNotificationRegistration');
  assert.deepEqual(input, REGISTRATION);
  assert.deepEqual(call.caller, { accessKeyId: KEY.id, instances: 'all' });
  assert.equal(call.requestId, answer.$metadata.requestId);
});

test('ids of every kind arrive decoded, once and whole', async () => {
  using client = disposable(createClient());
  const ids = ['a/b c:é', 'r+1%~*', "!'()*", 'a%2Fb', '…', '𝄞'.repeat(60), 'x'.repeat(256), '?#&='];
  for (const id of ids) {
    await client.send(
      new DeletePushNotificationRegistrationCommand({ InstanceId: 'i-1', RegistrationId: id, ContactId: id }),
    );
    assert.deepEqual(server.recorded.at(-1)?.input, { InstanceId: 'i-1', RegistrationId: id, ContactId: id });
  }
});

test('an instance ARN means the instance with that id', async () => {
  using client = disposable(createClient());
  const arn = 'arn:aws:connect:us-east-1:123456789012:instance/i-1';
  await client.send(new CreatePushNotificationRegistrationCommand({ ...REGISTRATION, InstanceId: arn }));
  assert.equal(server.recorded.at(-1)?.input['InstanceId'], 'i-1');
  await client.send(new StopContactCommand({ InstanceId: arn, ContactId: 'c-1' }));
  assert.deepEqual(server.recorded.at(-1)?.input, { InstanceId: 'i-1', ContactId: 'c-1' });
});

test('every Amazon operation is answered in a form the SDK reads', async () => {
  using client = disposable(createClient());
  const started = await client.send(
    new StartChatContactCommand({
      InstanceId: 'i-1',
      ContactFlowId: 'flow',
      ParticipantDetails: { DisplayName: 'Ann' },
    }),
  );
  assert.deepEqual([started.ContactId, started.ParticipantToken], ['c-1', 't-1']);
  assert.equal(
    (await client.send(new StopContactCommand({ InstanceId: 'i-1', ContactId: 'c-1' }))).$metadata
      .httpStatusCode,
    200,
  );
});

/** The SDK's client closes by `destroy`. */
function disposable(client: ConnectClient): ConnectClient & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}
