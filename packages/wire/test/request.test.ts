// A request and its input are two forms of the same thing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  OPERATIONS,
  PARTICIPANT_OPERATIONS,
  decodeComponent,
  decodeRequest,
  encodeRequest,
  operation,
  pathMembers,
  pick,
} from '@chatpush/wire';
import type { EncodedRequest, Operation } from '@chatpush/wire';
import fc from 'fast-check';
import { required, string, structure } from '../src/shape.ts';
import { fitting, sample } from './shape-samples.ts';

/** What a server sees of a request: segments by the template, the query, the parsed body. */
function received(operation: Operation, { path, query, headers, body }: EncodedRequest): unknown {
  const segments = path.split('/');
  const values = operation.path
    .split('/')
    .flatMap((part, i) => pathMembers(part).map((name) => [name, decodeComponent(segments[i]!)!] as const));
  assert.equal(segments.length, operation.path.split('/').length, 'an id never adds a segment');
  return decodeRequest(
    operation,
    Object.fromEntries(values),
    new URLSearchParams(query),
    body === undefined ? undefined : JSON.parse(body),
    headers,
  );
}

for (const operation of Object.values<Operation>({ ...OPERATIONS, ...PARTICIPANT_OPERATIONS }))
  test(`${operation.name}: what is encoded is decoded to the same input`, () => {
    fc.assert(
      fc.property(fitting(operation.input), (input) => {
        const request = encodeRequest(operation, input as object);
        assert.match(request.path, /^[\w.~%/-]+$/);
        assert.match(request.query, /^[\w.~%=&-]*$/);
        assert.equal(request.body === undefined, operation.method === 'GET' || operation.method === 'DELETE');
        assert.deepEqual(received(operation, request), input);
      }),
      { seed: 4, numRuns: 300 },
    );
  });

describe('encoding', () => {
  test('keeps a token out of the body: it travels in its header, as the AWS SDKs send it', () => {
    const { SendMessage } = PARTICIPANT_OPERATIONS;
    const input = { ConnectionToken: 'token', ContentType: 'text/plain', Content: 'hé' };
    assert.deepEqual(encodeRequest(SendMessage, input), {
      method: 'POST',
      path: '/participant/message',
      query: '',
      headers: { 'x-amz-bearer': 'token' },
      body: '{"ContentType":"text/plain","Content":"hé"}',
    });
    const body = { ConnectionToken: 'in the body', ContentType: 'text/plain', Content: 'x' };
    assert.deepEqual(decodeRequest(SendMessage, {}, new URLSearchParams(), body), {
      ContentType: 'text/plain',
      Content: 'x',
    });
  });

  test('keeps what the captured requests of the AWS SDKs have, character by character', () => {
    const request = encodeRequest(OPERATIONS.DeletePushNotificationRegistration, {
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

  test('sends what its shape names and nothing else', () => {
    const input = {
      ContactId: 'c',
      InstanceId: 'i',
      DisconnectReason: { Code: null, Password: 'x' },
      Password: 'x',
    };
    assert.deepEqual(encodeRequest(OPERATIONS.StopContact, input), {
      method: 'POST',
      path: '/contact/stop',
      query: '',
      body: '{"ContactId":"c","InstanceId":"i","DisconnectReason":{}}',
    });
  });

  test('sends a lone surrogate as U+FFFD instead of throwing', () => {
    const { path } = encodeRequest(OPERATIONS.ListDeliveries, { InstanceId: 'a\ud800', ContactId: 'c' });
    assert.equal(path, '/push-notification/a%EF%BF%BD/deliveries');
  });
});

describe('decoding', () => {
  test('leaves a body that is no object to validation', () => {
    const { PutChatEvents } = OPERATIONS;
    for (const body of [null, 'text', 5, [], undefined])
      assert.deepEqual(decodeRequest(PutChatEvents, { InstanceId: 'i' }, new URLSearchParams(), body), body);
  });

  test('never lets the body stand in for the path', () => {
    const body = { InstanceId: 'mine', Events: [], extra: 1 };
    const path = { InstanceId: 'theirs' };
    assert.deepEqual(decodeRequest(OPERATIONS.PutChatEvents, path, new URLSearchParams(), body), {
      InstanceId: 'theirs',
      Events: [],
    });
  });

  test('reads numbers in the query, and leaves what is none as text', () => {
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
      assert.deepEqual(decodeRequest(ListDeliveries, { InstanceId: 'i' }, query, undefined), {
        InstanceId: 'i',
        ContactId: 'c',
        MaxResults: value,
      });
    }
  });

  test('sees only own members of a body', () => {
    const body = JSON.parse('{"__proto__":{"ContactId":"c"},"InstanceId":"i"}') as unknown;
    assert.deepEqual(decodeRequest(OPERATIONS.StopContact, {}, new URLSearchParams(), body), {
      InstanceId: 'i',
    });
  });
});

test('pick keeps a fitting input as it is and drops the rest', () => {
  for (const { input } of Object.values<Operation>(OPERATIONS)) {
    const value = sample(input) as Record<string, unknown>;
    assert.deepEqual(pick(input, { ...value, Unknown: 1, Nothing: null }), value);
  }
});

test('an operation whose path or query names no member does not load', () => {
  const input = structure({ A: required(string()) });
  const rest = {
    method: 'GET',
    output: structure({}),
    errors: [],
    bodyLimitBytes: 0,
    origin: 'chatpush',
    input,
  } as const;
  assert.throws(() => operation({ name: 'X', path: '/{B}', ...rest }), /X has no member B/);
  assert.throws(
    () => operation({ name: 'X', path: '/{A}', query: { C: 'c' }, ...rest }),
    /X has no member C/,
  );
});
