import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { OPERATIONS } from '@chatpush/wire';
import type { ErrorName, Operation, OperationName } from '@chatpush/wire';

import { GOOD_INPUTS, badInputs, encodeInput } from './inputs.ts';
import { call, isRefusal, startRecordingServer } from './recording-server.ts';
import type { RawAnswer, RecordingServer, RequestParts } from './recording-server.ts';

const NAMES = Object.keys(OPERATIONS) as OperationName[];

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer();
});
after(() => server.close());
beforeEach(() => {
  server.recorded.length = 0;
});

/** Asserts that a request is refused with that name, without reaching its handler. */
async function refused(parts: RequestParts, name: ErrorName, status?: number): Promise<RawAnswer> {
  const answer = await call(server, parts);
  assert.equal(isRefusal(answer, name, status), undefined);
  assert.deepEqual(server.recorded, []);
  return answer;
}

const messageOf = (answer: RawAnswer): string => (JSON.parse(answer.body) as { Message: string }).Message;

for (const name of NAMES) {
  const operation: Operation = OPERATIONS[name];
  const good = encodeInput(operation, GOOD_INPUTS[name]);
  const hasBody = good.body !== '';

  describe(name, () => {
    test('a valid input reaches its handler', async () => {
      const answer = await call(server, good);
      assert.equal(answer.status, 200, answer.body);
      assert.deepEqual(
        server.recorded.map(({ operation, input }) => [operation, input]),
        [[name, GOOD_INPUTS[name]]],
      );
    });

    // An operation without members has nothing to refuse.
    if (Object.keys(operation.input.members ?? {}).length > 0) {
      test('each invalid member is refused with its path and constraint', async () => {
        const bad = badInputs(name);
        assert.ok(bad.length > 5);
        for (const { input, path, what, constraint } of bad) {
          const answer = await refused(encodeInput(operation, input), 'InvalidParameterException');
          const message = messageOf(answer);
          assert.ok(
            message.includes(`at '${path}' failed`) && message.includes(constraint),
            `${path} ${what}: ${message}`,
          );
          assert.match(message, /^[12] validation errors? detected: /, `${path} ${what}`);
        }
      });

      test('no answer contains sensitive values', async () => {
        const marked = JSON.parse(
          JSON.stringify(GOOD_INPUTS[name]).replace(/"(token|Hello|Ann)"/g, '"MARKED"'),
        ) as object;
        const answer = await refused(
          encodeInput(operation, { ...marked, ContactId: 7, InstanceId: '', DeviceType: 'PIGEON' }),
          'InvalidParameterException',
        );
        assert.ok(!answer.body.includes('MARKED'));
      });
    }

    test('another method is refused with the allowed methods', async () => {
      const answer = await refused({ ...good, body: '', method: 'PATCH' }, 'UnknownOperationException');
      assert.ok(answer.headers.get('allow')?.split(', ').includes(operation.method));
    });

    test('a broken escape in the path or the query is refused', async () => {
      for (const broken of ['%ZZ', '%', '%2', '%FF', '%C3%28', '%ED%A0%80']) {
        const target = good.target.includes('i-1')
          ? good.target.replace('i-1', broken)
          : `${good.target}${good.target.includes('?') ? '&' : '?'}x=${broken}`;
        await refused({ ...good, target }, 'MalformedHttpRequestException');
      }
    });

    if (!hasBody) return;

    test('a body that is not UTF-8, not JSON, not an object, too deep or too large is refused', async () => {
      const bodies = [
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]),
        Buffer.from([0xef, 0xbb, 0xbf, 0x7b]),
        Buffer.from('{"ContactId":"\ud800"').subarray(0, -2),
        '{',
        '{"a":1,}',
        "{'a':1}",
        '{}{}',
        'NaN',
        '\u0000',
        '[]',
        '"text"',
        '7',
        'true',
        'null',
        '['.repeat(20_000) + ']'.repeat(20_000),
        '['.repeat(60_000),
        '{"a":'.repeat(10_000) + '1' + '}'.repeat(10_000),
        `{"Unknown":${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
        `{"Unknown":[${'0,'.repeat(Math.min(60_000, operation.bodyLimitBytes / 2 - 100))}0]}`,
      ];
      for (const body of bodies) await refused({ ...good, body }, 'InvalidParameterException');
    });

    test('a body longer than the limit is refused, also in pieces', async () => {
      const padded = good.body + ' '.repeat(operation.bodyLimitBytes - good.body.length);
      assert.equal((await call(server, { ...good, body: padded })).status, 200);
      server.recorded.length = 0;
      await refused({ ...good, body: `${padded} ` }, 'RequestEntityTooLargeException');
      await refused(
        { ...good, body: Buffer.alloc(operation.bodyLimitBytes + 10_485_760, 0x20) },
        'RequestEntityTooLargeException',
      );
    });

    test('a body with a content type other than plain JSON is refused', async () => {
      for (const type of ['application/x-www-form-urlencoded', 'Text/XML', 'multipart/form-data; boundary=b'])
        await refused({ ...good, headers: { 'Content-Type': type } }, 'MalformedHttpRequestException');
      await refused({ ...good, headers: { 'Content-Encoding': 'gzip' } }, 'MalformedHttpRequestException');
      const charset = { 'Content-Type': 'Application/JSON; charset=utf-8' };
      assert.equal((await call(server, { ...good, headers: charset })).status, 200);
    });
  });
}

test('all faults of an input are reported at once', async () => {
  const target = '/push-notification//registrations';
  const answer = await refused(
    { method: 'PUT', target, body: '{"DeviceType":"FCM"}' },
    'InvalidParameterException',
  );
  const message = messageOf(answer);
  assert.match(message, /^5 validation errors detected: /);
  for (const path of ['InstanceId', 'PinpointAppArn', 'DeviceToken', 'DeviceType', 'ContactConfiguration'])
    assert.ok(message.includes(`'/${path}'`), message);
});

test('unknown members and null members are ignored', async () => {
  const input = {
    ...GOOD_INPUTS.StopContact,
    DisconnectReason: null,
    Unknown: { a: [1] },
    ['__proto__']: { x: 1 },
  };
  const { method, target } = encodeInput(OPERATIONS.StopContact, input);
  const body = JSON.stringify(input).replace('"Unknown"', '"__proto__":{"InstanceId":"other"},"Unknown"');
  assert.equal((await call(server, { method, target, body })).status, 200);
  assert.deepEqual(server.recorded[0]?.input, { InstanceId: 'i-1', ContactId: 'c-1' });
});

test('texts of the greatest length are accepted, counted in code points', async () => {
  const long = (length: number) => '𝄞'.repeat(length);
  const input = { InstanceId: long(100), RegistrationId: long(256), ContactId: long(256) };
  const answer = await call(server, encodeInput(OPERATIONS.DeletePushNotificationRegistration, input));
  assert.equal(answer.status, 200, answer.body);
  assert.deepEqual(server.recorded[0]?.input, input);
});

test('paths that name no operation are refused, signed or not', async () => {
  const paths = [
    '/push-notification/i-1',
    '/push-notification/i-1/registrations/',
    '/push-notification/i-1/registrations/r-1/',
    '//push-notification/i-1/registrations',
    '/push-notification/i-1//registrations',
    '/push-notification/./registrations',
    '/push-notification/../registrations',
    '/PUSH-NOTIFICATION/i-1/registrations',
    '/push%2Dnotification/i-1/registrations',
    '/push-notification%2Fi-1%2Fregistrations',
    '/contact/chat/',
    '/livez/',
    '/%ZZ',
  ];
  for (const target of paths)
    await refused({ method: 'PUT', target, body: '{}' }, 'UnknownOperationException');
});

test('an empty instance id and one of slashes are taken literally', async () => {
  await refused(
    { method: 'GET', target: '/push-notification//registrations?contactId=c' },
    'InvalidParameterException',
  );
  const answer = await call(server, {
    method: 'GET',
    target: '/push-notification/%2F%2F/registrations?contactId=c',
  });
  assert.equal(answer.status, 200, answer.body);
  assert.equal(server.recorded[0]?.input['InstanceId'], '//');
});

test('an ARN that is not an instance’s is refused', async () => {
  for (const arn of [
    'arn:aws:connect:us-east-1:000000000000:instance/',
    'arn:aws:connect:us-east-1:000000000000:instance/i-1/contact/c-1',
    'arn:aws:connect:us-east-1:000000000000:contact/c-1',
    'arn:aws:s3:::bucket',
    'arn:',
  ]) {
    const target = `/push-notification/${encodeURIComponent(arn)}/registrations?contactId=c`;
    const answer = await refused({ method: 'GET', target }, 'InvalidParameterException');
    assert.match(messageOf(answer), /'\/InstanceId'/);
  }
});

test('a plus sign in a query is a plus sign, as in its signature', async () => {
  const answer = await call(server, {
    method: 'GET',
    target: '/push-notification/i-1/registrations?contactId=a+b%2Bc%20d',
  });
  assert.equal(answer.status, 200, answer.body);
  assert.equal(server.recorded[0]?.input['ContactId'], 'a+b+c d');
});
