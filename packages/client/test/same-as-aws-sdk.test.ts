// Compares what our client and Amazon's client send for the same call.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ConnectClient,
  CreatePushNotificationRegistrationCommand,
  DeletePushNotificationRegistrationCommand,
  StartChatContactCommand,
  StopContactCommand,
} from '@aws-sdk/client-connect';
import { createClient } from '@chatpush/client';
import type {
  CreatePushNotificationRegistrationRequest,
  DeletePushNotificationRegistrationRequest,
  StartChatContactRequest,
  StopContactRequest,
} from '@chatpush/client';
import fc from 'fast-check';
import { startRecordingServer } from './recording-server.ts';
import type { RecordedRequest } from './recording-server.ts';
import { assertSigned } from './verify-signature.ts';

const region = 'eu-central-1';
const credentials = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalr/XUtn+FEMI',
  sessionToken: 'Se/ss+ion==',
};

/** Letters, every character that URLs, headers and JSON treat specially, and characters of several bytes and UTF-16 units. */
const character = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...Array.from('abcXYZ0189-._~ /:%+*?#&=;,@!$\'()[]{}|\\"<>^`\t\n\u0000\u007f'),
    ),
  },
  { weight: 1, arbitrary: fc.constantFrom('é', 'ß', '中', '😀', '👩‍👩‍👧', '\u202e', '\ufeff', 'İ') },
);
const text = (min: number, max: number) =>
  fc.array(character, { minLength: min, maxLength: max }).map((characters) => characters.join(''));
// `fetch` cannot send a path segment of only dots (see "an id that no URL can carry"), and Amazon's client signs a different
// path.
const id = (max: number) => text(1, max).filter((value) => value !== '.' && value !== '..');
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const instanceId = fc.oneof(
  fc.uuid(),
  fc.uuid().map((uuid) => `arn:aws:connect:eu-central-1:123456789012:instance/${uuid}`),
  id(16),
);
const contactId = id(40);
const role = fc.constantFrom(
  'AGENT' as const,
  'CUSTOMER' as const,
  'SYSTEM' as const,
  'CUSTOM_BOT' as const,
  'SUPERVISOR' as const,
);

const createRequest: fc.Arbitrary<CreatePushNotificationRegistrationRequest> = fc.record({
  instanceId,
  clientToken: maybe(text(1, 60)),
  pinpointAppArn: text(1, 80),
  deviceToken: text(1, 80),
  deviceType: fc.constantFrom('GCM' as const, 'APNS' as const, 'APNS_SANDBOX' as const),
  contactConfiguration: fc.record({
    contactId,
    participantRole: maybe(role),
    includeRawMessage: maybe(fc.boolean()),
  }),
});
const deleteRequest: fc.Arbitrary<DeletePushNotificationRegistrationRequest> = fc.record({
  instanceId,
  registrationId: id(40),
  contactId,
});
const startRequest: fc.Arbitrary<StartChatContactRequest> = fc.record({
  instanceId,
  contactFlowId: text(0, 40),
  attributes: maybe(fc.dictionary(fc.constantFrom('deviceToken', 'DeviceType', 'a-b', 'X_1'), text(0, 20))),
  participantDetails: fc.record({ displayName: text(1, 20) }),
  initialMessage: maybe(fc.record({ contentType: fc.constant('text/plain'), content: text(1, 40) })),
  clientToken: maybe(text(1, 60)),
  chatDurationInMinutes: maybe(fc.integer({ min: 60, max: 10_080 })),
  supportedMessagingContentTypes: maybe(fc.array(text(1, 10), { maxLength: 3 })),
  relatedContactId: maybe(contactId),
});
const stopRequest: fc.Arbitrary<StopContactRequest> = fc.record({
  instanceId,
  contactId,
  disconnectReason: maybe(fc.record({ code: maybe(text(1, 10)) })),
});

const call = fc.oneof(
  { weight: 6, arbitrary: createRequest.map((request) => ({ operation: 'create' as const, request })) },
  { weight: 2, arbitrary: deleteRequest.map((request) => ({ operation: 'delete' as const, request })) },
  { weight: 1, arbitrary: startRequest.map((request) => ({ operation: 'start' as const, request })) },
  { weight: 1, arbitrary: stopRequest.map((request) => ({ operation: 'stop' as const, request })) },
);

/** Converts to PascalCase, independently of the client's own conversion; `attributes` holds data. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key[0]!.toUpperCase() + key.slice(1),
      key === 'attributes' ? member : pascal(member),
    ]),
  );
}

test('for 200 random calls, our client and the AWS SDK send the same method, path, query and body, with valid signatures', async () => {
  await using server = await startRecordingServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      request.target === '/contact/chat'
        ? '{"ContactId":"c","ParticipantId":"p","ParticipantToken":"t"}'
        : request.method === 'DELETE'
          ? ''
          : '{"RegistrationId":"r"}',
    );
  });
  const ours = createClient({ region, endpoint: server.url, credentials });
  const theirs = new ConnectClient({ region, endpoint: server.url, credentials, maxAttempts: 1 });
  // Each command is given the input of its own operation, recased; `never` fits them all.
  const twin = (request: unknown): never => pascal(request) as never;
  const bodyOf = (recorded: RecordedRequest, hadToken: boolean): unknown => {
    if (recorded.body === '') return '';
    const body = JSON.parse(recorded.body) as { ClientToken?: string };
    if (!hadToken && body.ClientToken !== undefined) {
      assert.match(body.ClientToken, UUID_V4);
      body.ClientToken = 'generated';
    }
    return body;
  };
  let sent = 0;
  try {
    await fc.assert(
      fc.asyncProperty(call, async ({ operation, request }) => {
        server.requests.length = 0;
        if (operation === 'create') {
          await ours.createPushNotificationRegistration(request);
          await theirs.send(new CreatePushNotificationRegistrationCommand(twin(request)));
        } else if (operation === 'delete') {
          await ours.deletePushNotificationRegistration(request);
          await theirs.send(new DeletePushNotificationRegistrationCommand(twin(request)));
        } else if (operation === 'start') {
          await ours.startChatContact(request);
          await theirs.send(new StartChatContactCommand(twin(request)));
        } else {
          await ours.stopContact(request);
          await theirs.send(new StopContactCommand(twin(request)));
        }
        assert.equal(server.requests.length, 2);
        const [mine, official] = server.requests as [RecordedRequest, RecordedRequest];
        assert.equal(mine.method, official.method);
        assert.equal(mine.target, official.target);
        const hadToken = 'clientToken' in request && request.clientToken !== undefined;
        assert.deepEqual(bodyOf(mine, hadToken), bodyOf(official, hadToken));
        assert.equal(mine.headers['content-type'], official.headers['content-type']);
        const signed = assertSigned(mine, credentials.secretAccessKey);
        assertSigned(official, credentials.secretAccessKey);
        for (const name of ['host', 'x-amz-date', 'x-amz-security-token'])
          assert.ok(signed.includes(name), `${name} is signed`);
        sent++;
      }),
      { seed: 20_261_122, numRuns: 200 },
    );
  } finally {
    theirs.destroy();
  }
  assert.equal(sent, 200);
});

test('the verifier of these tests rejects a request that was changed after signing', async () => {
  await using server = await startRecordingServer();
  const client = createClient({ region, endpoint: server.url, credentials });
  await client.createPushNotificationRegistration({
    instanceId: 'a/b',
    deviceToken: 't',
    deviceType: 'GCM',
    pinpointAppArn: 'arn',
    contactConfiguration: { contactId: 'c' },
  });
  const request = server.requests[0]!;
  assertSigned(request, credentials.secretAccessKey);
  assert.throws(() => assertSigned({ ...request, body: `${request.body} ` }, credentials.secretAccessKey));
  assert.throws(() =>
    assertSigned({ ...request, target: `${request.target}?a=b` }, credentials.secretAccessKey),
  );
  assert.throws(() => assertSigned({ ...request, method: 'POST' }, credentials.secretAccessKey));
  assert.throws(() => assertSigned(request, 'another secret'));
});
