// Timeouts and aborts: every wait ends and leaves nothing open.
import assert from 'node:assert/strict';
import { getEventListeners, once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { ChatpushError } from '@chatpush/client';
import { CREATE, CREDENTIALS, clientOf, errorOf } from './calls.ts';
import { REGISTERED, inTurn, refuse, startRecordingServer } from './recording-server.ts';
import type { Respond } from './recording-server.ts';

const SILENT: Respond = () => {};
const STALLING: Respond = (_, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.write('{"Registr');
};

describe('an attempt that takes too long', () => {
  for (const [what, respond] of [
    ['no answer', SILENT],
    ['an answer that stops in the middle', STALLING],
  ] as const)
    test(`${what}: is aborted and retried`, async () => {
      await using server = await startRecordingServer(inTurn(respond, REGISTERED));
      const client = clientOf(server, { attemptTimeoutMs: 1000 });
      assert.deepEqual(await client.createPushNotificationRegistration(CREATE), { registrationId: 'r-1' });
      assert.equal(server.requests.length, 2);
    });

  test('is a TimeoutError if it was the last attempt', async () => {
    await using server = await startRecordingServer(SILENT);
    const client = clientOf(server, { attemptTimeoutMs: 50, maxAttempts: 2 });
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.deepEqual(
      [error.name, error.message, error.fault, error.status, error.attempts, error.retryable],
      ['TimeoutError', `No answer from ${server.url} within 50 ms`, 'network', undefined, 2, true],
    );
  });

  test('includes the time that credentials take', async () => {
    await using server = await startRecordingServer();
    const client = clientOf(server, {
      attemptTimeoutMs: 20,
      maxAttempts: 1,
      credentials: () => new Promise(() => {}),
    });
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.equal(error.name, 'TimeoutError');
    assert.equal(server.requests.length, 0);
  });
});

// Regression: on Node a call that was aborted while it waited for credentials was still sent.
describe('credentials that arrive after the end', () => {
  const deaf: typeof fetch = (url, init) => fetch(url, { ...init, signal: null });
  for (const [what, options] of [
    ['with the platform’s sender', {}],
    ['with a custom fetch that ignores its signal', { fetch: deaf }],
  ] as const)
    test(`are not used, ${what}`, async () => {
      await using server = await startRecordingServer();
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<typeof CREDENTIALS>();
      const credentials = () => (asked.resolve(), answer.promise);
      const client = clientOf(server, { ...options, credentials });
      const controller = new AbortController();
      const { signal } = controller;
      const error = errorOf(client.createPushNotificationRegistration(CREATE, { signal }));
      await asked.promise;
      controller.abort('enough');
      assert.equal(await error, 'enough');
      answer.resolve(CREDENTIALS);
      // Two more calls in sequence: if the first call had been sent, it would have arrived before the second of them.
      for (const deviceToken of ['behind', 'last'])
        await client.createPushNotificationRegistration({ ...CREATE, deviceToken });
      assert.deepEqual(
        server.requests.map(({ body }) => /"DeviceToken":"(\w+)"/.exec(body)?.[1]),
        ['behind', 'last'],
      );
    });
});

test('a refused connection is a NetworkError that says why', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  server.close();
  await once(server, 'close');
  const error = await errorOf(clientOf({ url }).createPushNotificationRegistration(CREATE));
  assert.ok(error instanceof ChatpushError);
  assert.deepEqual(
    [error.name, error.fault, error.status, error.attempts],
    ['NetworkError', 'network', undefined, 3],
  );
  assert.match(error.message, /^No answer from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/);
  assert.ok(error.cause instanceof Error);
});

describe("the caller's signal", () => {
  const reason = new Error('the user left');

  test('aborted before: nothing is sent, the reason is thrown', async () => {
    await using server = await startRecordingServer();
    const call = clientOf(server).createPushNotificationRegistration(CREATE, {
      signal: AbortSignal.abort(reason),
    });
    assert.equal(await errorOf(call), reason);
    assert.equal(server.requests.length, 0);
  });

  for (const [what, respond] of [
    ['before the answer', SILENT],
    ['in the middle of the answer', STALLING],
  ] as const)
    test(`aborted ${what}: the reason is thrown at once, and nothing is retried`, async () => {
      const controller = new AbortController();
      await using server = await startRecordingServer((request, response) => {
        respond(request, response);
        controller.abort(reason);
      });
      const { signal } = controller;
      assert.equal(
        await errorOf(clientOf(server).createPushNotificationRegistration(CREATE, { signal })),
        reason,
      );
      assert.equal(server.requests.length, 1);
      assert.deepEqual(getEventListeners(signal, 'abort'), []);
    });

  test('aborted while waiting for the next attempt: the wait ends', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using server = await startRecordingServer((request, response) => {
      refuse(429, 'ThrottlingException', 'later', { 'retry-after': '15' })(request, response);
    });
    const call = errorOf(clientOf(server).createPushNotificationRegistration(CREATE, { signal }));
    // The attempt removes its listener and the wait adds one. Nothing else shows from outside that the answer has been read.
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const begun = performance.now();
    setTimeout(() => controller.abort(reason), 100);
    assert.equal(await call, reason);
    assert.ok(performance.now() - begun < 5000);
    assert.equal(server.requests.length, 1);
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });

  test('without a reason rejects the call with an AbortError, as fetch does', async () => {
    await using server = await startRecordingServer(SILENT);
    const controller = new AbortController();
    const call = errorOf(clientOf(server).createPushNotificationRegistration(CREATE, controller));
    controller.abort();
    const error = await call;
    assert.ok(error instanceof DOMException);
    assert.equal(error.name, 'AbortError');
  });

  test('keeps no listeners of finished calls, however long it lives', async () => {
    const { signal } = new AbortController();
    await using server = await startRecordingServer(
      inTurn(refuse(500, 'InternalServiceException', 'x'), REGISTERED),
    );
    const client = clientOf(server);
    for (let i = 0; i < 20; i++) await client.createPushNotificationRegistration(CREATE, { signal });
    assert.deepEqual(getEventListeners(signal, 'abort'), []);
  });
});
