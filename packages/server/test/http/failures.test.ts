// Internal errors are answered without details, and logged with their cause and without secrets.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { pino } from 'pino';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import type { Handlers } from '../../src/operations/handlers.ts';
import { ServiceError } from '../../src/service-error.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, get, isRefusal, startRecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);

/** A server whose StopContact does this. */
const startWith = (stop: Handlers['StopContact'], options: Partial<HttpServerOptions> = {}) =>
  startRecordingServer({ handlers: { StopContact: stop } as Handlers, ...options });

describe('what a handler throws', () => {
  test('by name is answered by that name', async () => {
    await using server = await startWith(() => {
      throw new ServiceError('ServiceQuotaExceededException', 'Ten are enough.');
    });
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'ServiceQuotaExceededException', 402), undefined);
    assert.equal(answer.body, '{"Message":"Ten are enough."}');
  });

  test('by name is in the log with its operation, instance and message', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
    const stop = () => {
      throw new ServiceError('ServiceQuotaExceededException', 'Ten are enough.');
    };
    await using server = await startWith(stop, { log });
    await call(server, STOP);
    const line = JSON.parse(lines[0]!) as Record<string, unknown>;
    assert.deepEqual(
      [line['operation'], line['instanceId'], line['error'], line['message']],
      ['StopContact', GOOD_INPUTS.StopContact.InstanceId, 'ServiceQuotaExceededException', 'Ten are enough.'],
    );
  });

  test('for an unavailable store is retryable', async () => {
    await using server = await startWith(async () => {
      throw new StoreUnavailableError('connect ECONNREFUSED db.internal');
    });
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'InternalServiceException', 500), undefined);
    assert.equal(answer.body, '{"Message":"The store is not available; repeat the request."}');
  });

  test('by a bug is in the log with its stack and the request id, and not in the answer', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) });
    await using server = await startWith(() => Promise.reject(new TypeError('internal detail')), { log });
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'InternalServiceException', 500), undefined);
    assert.ok(!answer.body.includes('internal detail'));
    const line = JSON.parse(lines[0]!) as Record<string, unknown> & { err: { stack: string } };
    assert.match(line.err.stack, /internal detail\n\s+at /);
    assert.equal(line['requestId'], answer.headers.get('x-amzn-requestid'));
    assert.deepEqual([line['level'], line['operation'], line['status']], [50, 'StopContact', 500]);
  });
});

test('no sensitive value, no secret and no signature is ever in the log', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) });
  await using server = await startRecordingServer({ log });
  const marked = { ...GOOD_INPUTS.CreatePushNotificationRegistration, DeviceToken: 'MARKED' };
  const good = encodeInput(OPERATIONS.CreatePushNotificationRegistration, marked);
  await call(server, good);
  await call(server, { ...good, body: good.body.replace('APNS', 'NONE') });
  await call(server, { ...good, key: { id: 'AKIDTEST', secret: 'MARKED' } });
  await call(server, { ...good, target: '/nothing?X-Amz-Signature=MARKED' });
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { status: number }).status),
    [200, 400, 403, 404],
  );
  assert.ok(!lines.join('').includes('MARKED'));
});

test('a failing mount gets an error answer, or is cut off if it had started its own', async () => {
  const lines: string[] = [];
  await using server = await startRecordingServer({
    log: pino({ level: 'error' }, { write: (line: string) => lines.push(line) }),
    mounts: [
      (request, response) => {
        if (request.url === '/begun') response.writeHead(200).write('so far');
        throw new Error('a mount that fails');
      },
    ],
  });
  assert.equal(isRefusal(await get(server, '/new'), 'InternalServiceException'), undefined);
  await assert.rejects(fetch(`${server.url}/begun`).then((response) => response.text()));
  assert.equal(lines.length, 2);
});

test('a caller that leaves in the middle of its body reaches no handler and leaves no error', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  await using server = await startRecordingServer({ log });
  const upload = request(`${server.url}/contact/stop`, {
    method: 'POST',
    headers: { 'content-length': '100' },
  });
  upload.on('error', () => {});
  upload.write('{');
  await once(upload, 'socket');
  upload.destroy();
  await server.close();
  assert.deepEqual([server.recorded, lines], [[], []]);
});
