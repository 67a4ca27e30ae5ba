// What is retried, how often, how soon, and with which token.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatpushError, InternalServiceException, ThrottlingException } from '@chatpush/client';
import { retryAfterSeconds } from '../src/answer.ts';
import { backoffMs, createRetryBudget, delayMs } from '../src/retry.ts';
import { CREATE, clientOf, errorOf } from './calls.ts';
import { REGISTERED, answer, inTurn, refuse, startRecordingServer } from './recording-server.ts';
import type { Respond } from './recording-server.ts';

const DOWN = refuse(500, 'InternalServiceException', 'the store is away');

describe('which failures are retried', () => {
  const cut: Respond = (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"Registr', () => response.destroy());
  };
  const cases: readonly (readonly [string, Respond, boolean])[] = [
    ['a 500', DOWN, true],
    ['a 502 page', answer(502, '<h1>Bad Gateway</h1>'), true],
    ['an empty 503', answer(503, ''), true],
    ['a 504', answer(504, ''), true],
    ['a 408', refuse(408, 'RequestTimeoutException', 'slow'), true],
    ['a 429', refuse(429, 'ThrottlingException', 'slow down'), true],
    ['a bare 429', answer(429, ''), true],
    ["throttling with Amazon's other status", refuse(400, 'ThrottlingException', 'slow down'), true],
    ['too many requests by name', refuse(400, 'TooManyRequestsException', 'slow down'), true],
    ['a connection closed before the answer', (_, response) => response.destroy(), true],
    ['an answer cut off', cut, true],
    ['a quota, 402', refuse(402, 'ServiceQuotaExceededException', '10 registrations'), false],
    ['a 402 named throttling', refuse(402, 'ThrottlingException', 'pay'), false],
    ['a refused parameter', refuse(400, 'InvalidParameterException', 'no'), false],
    ['a refused key', refuse(403, 'AccessDeniedException', 'no'), false],
    ['an unknown resource', refuse(404, 'ResourceNotFoundException', 'no'), false],
    ['a wrong signature', refuse(403, 'InvalidSignatureException', 'no'), false],
    ['a firewall’s page', answer(403, '<h1>Blocked</h1>'), false],
  ];
  for (const [what, respond, isRepeated] of cases)
    test(`${what} is ${isRepeated ? 'retried, and the answer of the retry counts' : 'not retried'}`, async () => {
      await using server = await startRecordingServer(inTurn(respond, REGISTERED));
      const call = clientOf(server).createPushNotificationRegistration(CREATE);
      if (isRepeated) {
        assert.deepEqual(await call, { registrationId: 'r-1' });
        assert.equal(server.requests.length, 2);
      } else {
        const error = await errorOf(call);
        assert.ok(error instanceof ChatpushError);
        assert.deepEqual([error.attempts, error.retryable, server.requests.length], [1, false, 1]);
      }
    });
});

test('a call makes three attempts at most, all with the same client token and body', async () => {
  await using server = await startRecordingServer(DOWN);
  const error = await errorOf(clientOf(server).createPushNotificationRegistration(CREATE));
  assert.ok(error instanceof InternalServiceException);
  assert.deepEqual([error.attempts, error.message], [3, 'the store is away']);
  const bodies = new Set(server.requests.map((request) => request.body));
  assert.deepEqual([server.requests.length, bodies.size], [3, 1]);
  assert.match((JSON.parse([...bodies][0]!) as { ClientToken: string }).ClientToken, /^[0-9a-f-]{36}$/);
});

test('maxAttempts is the number of requests', async () => {
  await using server = await startRecordingServer(DOWN);
  for (const maxAttempts of [1, 2]) {
    server.requests.length = 0;
    await errorOf(clientOf(server, { maxAttempts }).createPushNotificationRegistration(CREATE));
    assert.equal(server.requests.length, maxAttempts);
  }
});

test("the caller's client token is sent as it is; an empty one counts as absent", async () => {
  await using server = await startRecordingServer();
  const tokens: string[] = [];
  for (const clientToken of ['My Token ✓', '', undefined]) {
    await clientOf(server).createPushNotificationRegistration({ ...CREATE, clientToken });
    tokens.push((JSON.parse(server.requests.at(-1)!.body) as { ClientToken: string }).ClientToken);
  }
  assert.equal(tokens[0], 'My Token ✓');
  assert.match(tokens[1]!, /^[0-9a-f-]{36}$/);
  assert.notEqual(tokens[1], tokens[2]);
});

test('an operation without a client token gets none', async () => {
  await using server = await startRecordingServer(answer(200, '{}'));
  await clientOf(server).stopContact({ contactId: 'c', instanceId: 'i' });
  assert.deepEqual(JSON.parse(server.requests[0]!.body), { ContactId: 'c', InstanceId: 'i' });
});

describe('the retry budget', () => {
  test('allows 100 retries, then one per five successes', async () => {
    await using server = await startRecordingServer(DOWN);
    const client = clientOf(server);
    const calls = Array.from({ length: 60 }, () =>
      errorOf(client.createPushNotificationRegistration(CREATE)),
    );
    await Promise.all(calls);
    assert.equal(server.requests.length, 60 + 100);

    server.respond = REGISTERED;
    for (let i = 0; i < 5; i++) await client.createPushNotificationRegistration(CREATE);
    server.respond = DOWN;
    server.requests.length = 0;
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof InternalServiceException);
    assert.deepEqual([error.attempts, server.requests.length], [2, 2]);
  });

  test('is charged double for a timeout, which has held a connection for seconds', () => {
    const count = (isTimeout: boolean): number => {
      const budget = createRetryBudget();
      let taken = 0;
      while (budget.take(isTimeout) !== undefined) taken++;
      return taken;
    };
    assert.deepEqual([count(false), count(true)], [100, 50]);
  });

  test('gets back the cost of a retry that succeeds', async () => {
    await using server = await startRecordingServer(DOWN);
    const client = clientOf(server, { maxAttempts: 2 });
    const fail = (count: number) =>
      Promise.all(
        Array.from({ length: count }, () => errorOf(client.createPushNotificationRegistration(CREATE))),
      );
    await fail(99); // One retry is left.
    for (let i = 0; i < 3; i++) {
      server.respond = inTurn(DOWN, REGISTERED);
      await client.createPushNotificationRegistration(CREATE);
    }
    server.respond = DOWN;
    server.requests.length = 0;
    await fail(2);
    assert.equal(server.requests.length, 3);
  });
});

describe('how long it waits', () => {
  test('full jitter: between 0 and 100 ms, doubled each time, up to 20 s', () => {
    assert.deepEqual(
      [1, 2, 3, 4].map((retry) => backoffMs(retry, 1)),
      [100, 200, 400, 800],
    );
    assert.equal(backoffMs(30, 1), 20_000);
    assert.equal(backoffMs(3, 0), 0);
    assert.equal(backoffMs(3, 0.5), 200);
  });

  test('as long as the service asks, up to 20 s', () => {
    assert.equal(delayMs(1, undefined, 1), 100);
    assert.equal(delayMs(1, 3, 1), 3000);
    assert.equal(delayMs(1, 0, 1), 100);
    assert.equal(delayMs(1, 20, 1), 20_000);
    assert.equal(delayMs(1, 21, 1), undefined);
  });

  test('Retry-After in seconds is obeyed', async () => {
    const times: number[] = [];
    const timed =
      (respond: Respond): Respond =>
      (request, response) => {
        times.push(performance.now());
        respond(request, response);
      };
    const later = refuse(429, 'ThrottlingException', 'later', { 'retry-after': '1' });
    await using server = await startRecordingServer(inTurn(timed(later), timed(REGISTERED)));
    await clientOf(server).createPushNotificationRegistration(CREATE);
    assert.ok(times[1]! - times[0]! >= 990, `${times[1]! - times[0]!} ms`);
  });

  test("Amazon's own header is in milliseconds and takes precedence", async () => {
    const times: number[] = [];
    const later = refuse(429, 'ThrottlingException', 'later', {
      'retry-after': '19',
      'x-amz-retry-after': '1500',
    });
    const timed =
      (respond: Respond): Respond =>
      (request, response) => {
        times.push(performance.now());
        respond(request, response);
      };
    await using server = await startRecordingServer(inTurn(timed(later), timed(REGISTERED)));
    await clientOf(server).createPushNotificationRegistration(CREATE);
    const waited = times[1]! - times[0]!;
    assert.ok(waited >= 1_490 && waited < 15_000, `${waited} ms`);
  });

  test("Retry-After as a date counts from the service's own clock", async () => {
    // Half a day off: by the caller's clock this would be no wait, or a wait of hours.
    const headers = { date: 'Mon, 23 Nov 2026 03:00:00 GMT', 'retry-after': 'Mon, 23 Nov 2026 03:02:05 GMT' };
    await using server = await startRecordingServer(
      refuse(503, 'ServiceUnavailableException', 'away', headers),
    );
    const error = await errorOf(clientOf(server).createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.deepEqual([error.retryAfterSeconds, error.attempts], [125, 1]);
  });

  test('a date counts from now if the service sends no time, and invalid values are ignored', () => {
    const inAMinute = retryAfterSeconds(new Date(Date.now() + 60_000).toUTCString());
    assert.ok(inAMinute !== undefined && inAMinute > 50 && inAMinute <= 60, String(inAMinute));
    assert.equal(retryAfterSeconds('Sun, 06 Nov 1994 08:49:37 GMT'), 0);
    for (const nonsense of [null, '', 'soon', '-5x']) assert.equal(retryAfterSeconds(nonsense), undefined);
  });

  test('a longer wait is left to the caller: the call fails at once and says how long', async () => {
    const respond = refuse(429, 'ThrottlingException', 'much later', { 'retry-after': '3600' });
    await using server = await startRecordingServer(respond);
    const error = await errorOf(clientOf(server).createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ThrottlingException);
    assert.deepEqual([error.retryAfterSeconds, error.attempts, error.retryable], [3600, 1, true]);
  });
});
