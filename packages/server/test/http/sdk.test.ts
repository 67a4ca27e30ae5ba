import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
  StartChatContactCommand,
  StopContactCommand,
} from '@aws-sdk/client-connect';
import type {
  ConnectClientConfig,
  ConnectServiceException as ServiceException,
} from '@aws-sdk/client-connect';

import { systemClock } from '../../src/clock.ts';
import { KEY, startRecordingServer } from './recording-server.ts';
import type { RecordingServer } from './recording-server.ts';
import { EVERYTHING } from '../auth/everything.ts';

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

test('the AWS SDK’s input reaches the handler unchanged', async () => {
  using client = disposable(createClient());
  const answer = await client.send(new CreatePushNotificationRegistrationCommand(REGISTRATION));
  assert.equal(answer.RegistrationId, 'r-1');
  assert.match(answer.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
  const { operation, input, call } = server.recorded.at(-1)!;
  assert.equal(operation, 'CreatePushNotificationRegistration');
  assert.deepEqual(input, REGISTRATION);
  assert.deepEqual(call.caller, { accessKeyId: KEY.id, ...EVERYTHING });
  assert.equal(call.requestId, answer.$metadata.requestId);
});

test('ids of every kind arrive complete and decoded once', async () => {
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

test('the SDK can parse the answer of every Amazon operation', async () => {
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

test('the SDK reports every refusal with its name, status and message', async () => {
  const cases: [Partial<ConnectClientConfig>, Partial<typeof REGISTRATION>, string, number, RegExp][] = [
    [{}, { ClientToken: 'x'.repeat(501) as 'once' }, 'InvalidParameterException', 400, /'\/ClientToken'/],
    [
      { credentials: { accessKeyId: 'AKIDLIMITED', secretAccessKey: 'another secret' } },
      { InstanceId: 'i-2' as 'i-1' },
      'AccessDeniedException',
      403,
      /is not authorized to perform: connect:CreatePushNotificationRegistration/,
    ],
    [
      { credentials: { accessKeyId: 'NOBODY', secretAccessKey: 'x' } },
      {},
      'UnrecognizedClientException',
      403,
      /^The security token included in the request is invalid\.$/,
    ],
    [
      { credentials: { accessKeyId: KEY.id, secretAccessKey: 'wrong' } },
      {},
      'InvalidSignatureException',
      403,
      /^The request signature we calculated does not match/,
    ],
  ];
  const before = server.recorded.length;
  for (const [config, change, name, status, message] of cases) {
    using client = disposable(createClient(config));
    await assert.rejects(
      client.send(new CreatePushNotificationRegistrationCommand({ ...REGISTRATION, ...change })),
      (error: ServiceException) => {
        assert.deepEqual([error.name, error.$metadata.httpStatusCode], [name, status]);
        assert.match(error.message, message);
        assert.match(error.$metadata.requestId ?? '', /^[0-9a-f-]{36}$/);
        return true;
      },
    );
  }
  assert.equal(server.recorded.length, before);
});

test('an SDK with a clock that is an hour off corrects it from our answer and succeeds', async () => {
  for (const offsetMs of [3_600_000, -3_600_000]) {
    const clock = { ...systemClock, now: () => Date.now() + offsetMs };
    const ahead = await startRecordingServer({ clock });
    using client = disposable(createClient({ endpoint: ahead.url, maxAttempts: 3 }));
    const answer = await client.send(new CreatePushNotificationRegistrationCommand(REGISTRATION));
    assert.deepEqual([answer.RegistrationId, answer.$metadata.attempts], ['r-1', 2]);
    await ahead.close();
  }
});

test('temporary credentials work with their session token', async () => {
  const credentials = {
    accessKeyId: 'ASIATEMPORARY',
    secretAccessKey: 'a temporary secret',
    sessionToken: 'session token',
  };
  using client = disposable(createClient({ credentials }));
  await client.send(new StopContactCommand({ InstanceId: 'i-1', ContactId: 'c-1' }));
  assert.equal(server.recorded.at(-1)?.call.caller.accessKeyId, 'ASIATEMPORARY');
});

/** The SDK's client closes by `destroy`. */
function disposable(client: ConnectClient): ConnectClient & Disposable {
  return Object.assign(client, { [Symbol.dispose]: () => client.destroy() });
}
