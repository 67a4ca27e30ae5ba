// Stopping the server: it waits, up to a limit, only for calls in progress.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import type { HttpServerOptions } from '../../src/http/server-options.ts';
import type { Handlers } from '../../src/operations/handlers.ts';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, get, isRefusal, startRecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);

/** A server whose StopContact does this. */
const startWith = (stop: Handlers['StopContact'], options: Partial<HttpServerOptions> = {}) =>
  startRecordingServer({ handlers: { StopContact: stop } as Handlers, ...options });

describe('stopping', () => {
  test('refuses new calls while it drains, and tells load balancers', async () => {
    await using server = await startRecordingServer();
    server.drain();
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'ServiceUnavailableException', 503), undefined);
    assert.equal(answer.headers.get('connection'), 'close');
    const ready = await get(server, '/readyz');
    assert.deepEqual([ready.status, (JSON.parse(ready.body) as { ready: boolean }).ready], [503, false]);
    assert.equal((await get(server, '/livez')).status, 200);
    assert.deepEqual(server.recorded, []);
  });

  test('waits for answers in progress, and not for idle connections', async () => {
    const started = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    await using server = await startWith(async () => {
      started.resolve();
      await release.promise;
      return {};
    });
    const idle = connect(server.port, '127.0.0.1');
    const idleClosed = once(idle, 'close');
    idle.write(`GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);
    await once(idle, 'data');
    const silent = connect(server.port, '127.0.0.1');
    const silentClosed = once(silent, 'close');
    await once(silent, 'connect');
    const answer = call(server, STOP);
    await started.promise;
    let isClosed = false;
    const closed = server.close().then(() => {
      isClosed = true;
    });
    await Promise.all([idleClosed, silentClosed]);
    assert.equal(isClosed, false);
    release.resolve();
    assert.equal((await answer).status, 200);
    await closed;
  });

  test('ends remaining calls after the limit', async () => {
    const started = Promise.withResolvers<void>();
    await using server = await startWith(
      () => {
        started.resolve();
        return new Promise(() => {});
      },
      { limits: { closeTimeoutMs: 50 } },
    );
    const answer = assert.rejects(call(server, STOP), /No answer/);
    await started.promise;
    await server.close();
    await answer;
  });

  test('ends an event stream immediately and notifies its mount', async () => {
    const ended = Promise.withResolvers<void>();
    await using server = await startRecordingServer({
      mounts: [
        (_, response) => {
          response.on('close', () => ended.resolve());
          response.writeHead(200, { 'content-type': 'text/event-stream' });
          response.write('data: {}\n\n');
          return true;
        },
      ],
    });
    const stream = connect(server.port, '127.0.0.1');
    stream.on('error', () => {});
    stream.write('GET /events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    await once(stream, 'data');
    const startedAtMs = performance.now();
    await server.close();
    await ended.promise;
    assert.ok(performance.now() - startedAtMs < 5000);
  });

  test('may be called twice', async () => {
    await using server = await startRecordingServer();
    await Promise.all([server.close(), server.close()]);
  });
});
