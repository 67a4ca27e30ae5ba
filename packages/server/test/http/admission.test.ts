// Admission: no unknown callers, no keys of another instance, no calls above the rate. For the arithmetic see throttle.test.ts.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, exchange, isRefusal, startRecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);
const CREATE = encodeInput(
  OPERATIONS.CreatePushNotificationRegistration,
  GOOD_INPUTS.CreatePushNotificationRegistration,
);

test('an unknown caller is refused before its body has arrived', async () => {
  await using server = await startRecordingServer();
  const head = `PUT /chat-events/i-1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n`;
  assert.equal(
    isRefusal(await exchange(server.port, head), 'MissingAuthenticationTokenException'),
    undefined,
  );
});

describe('an access key limited to instances', () => {
  const key = { id: 'AKIDLIMITED', secret: 'another secret' };
  test('can use those, by id or ARN, and no others', async () => {
    await using server = await startRecordingServer({ account: '123456789012' });
    const target = (instance: string) =>
      `/push-notification/${encodeURIComponent(instance)}/registrations?contactId=c`;
    for (const instance of ['i-1', 'arn:aws:connect:eu-west-1:1:instance/i-1'])
      assert.equal((await call(server, { method: 'GET', target: target(instance), key })).status, 200);
    server.recorded.length = 0;
    for (const instance of ['i-2', 'arn:aws:connect:eu-west-1:1:instance/i-2']) {
      const answer = await call(server, { method: 'GET', target: target(instance), key });
      assert.equal(isRefusal(answer, 'AccessDeniedException'), undefined);
      assert.match(
        answer.body,
        /chatpush:ListPushNotificationRegistrations on resource: arn:aws:connect:us-east-1:123456789012:instance\/i-2/,
      );
    }
    assert.deepEqual(server.recorded, []);
  });
});

test('calls above the rate are told when to retry, per key and operation', async () => {
  let nowMs = 0;
  await using server = await startRecordingServer({
    limits: { callsPerSecond: 0.5, burst: 2 },
    clock: { now: () => Date.now(), monotonic: () => nowMs },
  });
  for (let i = 0; i < 2; i++) assert.equal((await call(server, STOP)).status, 200);
  const throttled = await call(server, STOP);
  assert.equal(isRefusal(throttled, 'ThrottlingException', 429), undefined);
  assert.equal(throttled.headers.get('retry-after'), '2');
  assert.equal((await call(server, CREATE)).status, 200);
  const other = { id: 'AKIDLIMITED', secret: 'another secret' };
  assert.equal((await call(server, { ...STOP, key: other })).status, 200);
  nowMs = 1999;
  assert.equal((await call(server, STOP)).status, 429);
  nowMs = 2000;
  assert.equal((await call(server, STOP)).status, 200);
  assert.equal((await call(server, STOP)).status, 429);
});
