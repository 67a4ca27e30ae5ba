// Encoding and decoding requests are inverse to each other.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  OPERATIONS,
  APPLICATION_OPERATIONS,
  PARTICIPANT_OPERATIONS,
  decodeComponent,
  canonicalQuery,
  createDecoder,
  createEncoder,
  createReader,
  membersElsewhere,
  pathMembers,
} from '@chatpush/wire';
import type { EncodedRequest, Operation } from '@chatpush/wire';
import fc from 'fast-check';
import { fitting } from './shape-samples.ts';

const NO_QUERY = new URLSearchParams();

/** The parts of a request as a server sees them: segments by the template, the query, the parsed body. */
function received(operation: Operation, { path, query, headers, body }: EncodedRequest): unknown {
  const segments = path.split('/');
  const values = operation.path
    .split('/')
    .flatMap((part, i) => pathMembers(part).map((name) => [name, decodeComponent(segments[i]!)!] as const));
  assert.equal(segments.length, operation.path.split('/').length, 'an id never adds a segment');
  return createDecoder(operation)({
    path: Object.fromEntries(values),
    query: new URLSearchParams(query),
    body: body === undefined ? undefined : JSON.parse(body),
    ...(headers && { headers }),
  });
}

for (const operation of Object.values<Operation>({
  ...OPERATIONS,
  ...PARTICIPANT_OPERATIONS,
  ...APPLICATION_OPERATIONS,
}))
  test(`${operation.name}: decoding an encoded input returns the same input`, () => {
    fc.assert(
      fc.property(fitting(operation.input), (input) => {
        const request = createEncoder(operation)(input as object);
        assert.match(request.path, /^[\w.~%/-]+$/);
        assert.match(request.query, /^[\w.~%=&-]*$/);
        assert.equal(request.body === undefined, operation.method === 'GET' || operation.method === 'DELETE');
        assert.deepEqual(received(operation, request), input);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

describe('encoding', () => {
  test('sends a token in its header and not in the body, like the AWS SDKs', () => {
    const { SendMessage } = PARTICIPANT_OPERATIONS;
    const input = { ConnectionToken: 'token', ContentType: 'text/plain', Content: 'hé' };
    assert.deepEqual(createEncoder(SendMessage)(input), {
      method: 'POST',
      path: '/participant/message',
      query: '',
      headers: { 'x-amz-bearer': 'token' },
      body: '{"ContentType":"text/plain","Content":"hé"}',
    });
    const body = { ConnectionToken: 'in the body', ContentType: 'text/plain', Content: 'x' };
    assert.deepEqual(createDecoder(SendMessage)({ path: {}, query: NO_QUERY, body }), {
      ContentType: 'text/plain',
      Content: 'x',
    });
  });

  test('matches the captured requests of the AWS SDKs, character by character', () => {
    const request = createEncoder(OPERATIONS.DeletePushNotificationRegistration)({
      InstanceId: 'a/b c:é',
      RegistrationId: 'r+1%~*',
      ContactId: "c 1+/=&'()!*",
    });
    assert.deepEqual(request, {
      method: 'DELETE',
      path: '/push-notification/a%2Fb%20c%3A%C3%A9/registrations/r%2B1%25~%2A',
      query: 'contactId=c%201%2B%2F%3D%26%27%28%29%21%2A',
    });
  });

  test('sends declared members only', () => {
    const input = {
      ContactId: 'c',
      InstanceId: 'i',
      DisconnectReason: { Code: null, Password: 'x' },
      Password: 'x',
    };
    const { StopContact } = OPERATIONS;
    assert.deepEqual(createEncoder(StopContact)(createReader(StopContact.input)(input).value as object), {
      method: 'POST',
      path: '/contact/stop',
      query: '',
      body: '{"ContactId":"c","InstanceId":"i","DisconnectReason":{}}',
    });
  });

  test('sorts the query as the signature does', () => {
    const { query } = createEncoder(OPERATIONS.ListDeliveries)({
      NextToken: 'n',
      MaxResults: 5,
      ContactId: 'c',
      InstanceId: 'i',
    });
    assert.equal(query, 'contactId=c&maxResults=5&nextToken=n');
    assert.equal(query, canonicalQuery(query));
  });

  test('sends a lone surrogate as U+FFFD instead of throwing', () => {
    const { path } = createEncoder(OPERATIONS.ListDeliveries)({ InstanceId: 'a\ud800', ContactId: 'c' });
    assert.equal(path, '/push-notification/a%EF%BF%BD/deliveries');
  });
});

describe('decoding', () => {
  test('leaves a body that is not an object to validation', () => {
    const { PutChatEvents } = OPERATIONS;
    for (const body of [null, 'text', 5, [], undefined])
      assert.deepEqual(
        createDecoder(PutChatEvents)({ path: { InstanceId: 'i' }, query: NO_QUERY, body }),
        body,
      );
  });

  test('never takes a path member from the body', () => {
    const body = { InstanceId: 'mine', Events: [], extra: 1 };
    const path = { InstanceId: 'theirs' };
    assert.deepEqual(createDecoder(OPERATIONS.PutChatEvents)({ path, query: NO_QUERY, body }), {
      InstanceId: 'theirs',
      Events: [],
    });
  });

  test('reads numbers in the query, and leaves other values as text', () => {
    const { ListDeliveries } = OPERATIONS;
    for (const [text, value] of [
      ['5', 5],
      ['-1', -1],
      ['5.0', '5.0'],
      ['', ''],
      ['1e3', '1e3'],
      ['9'.repeat(30), '9'.repeat(30)],
    ]) {
      const query = new URLSearchParams({ contactId: 'c', maxResults: text as string });
      assert.deepEqual(createDecoder(ListDeliveries)({ path: { InstanceId: 'i' }, query }), {
        InstanceId: 'i',
        ContactId: 'c',
        MaxResults: value,
      });
    }
  });

  test('sees only own members of a body', () => {
    const body = JSON.parse('{"__proto__":{"ContactId":"c"},"InstanceId":"i"}') as unknown;
    assert.deepEqual(createDecoder(OPERATIONS.StopContact)({ path: {}, query: NO_QUERY, body }), {
      InstanceId: 'i',
    });
  });
});

test('every member that an operation sends outside its body is declared', () => {
  for (const operation of Object.values<Operation>({
    ...OPERATIONS,
    ...PARTICIPANT_OPERATIONS,
    ...APPLICATION_OPERATIONS,
  }))
    for (const name of membersElsewhere(operation))
      assert.ok(Object.hasOwn(operation.input.members, name), `${operation.name} has no member ${name}`);
});
