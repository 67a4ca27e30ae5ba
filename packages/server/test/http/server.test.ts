import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, test } from 'node:test';

import { OPERATIONS } from '@chatpush/wire';
import { pino } from 'pino';

import type { HttpServerOptions } from '../../src/http/server.ts';
import type { Handlers } from '../../src/operations/handlers.ts';
import { ServiceError } from '../../src/service-error.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, exchange, isRefusal, startRecordingServer } from './recording-server.ts';
import type { RawAnswer, RecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);
const CREATE = encodeInput(
  OPERATIONS.CreatePushNotificationRegistration,
  GOOD_INPUTS.CreatePushNotificationRegistration,
);

async function start(options: Partial<HttpServerOptions> = {}): Promise<RecordingServer & AsyncDisposable> {
  const server = await startRecordingServer(options);
  return Object.assign(server, { [Symbol.asyncDispose]: () => server.close() });
}

/** A server whose StopContact does this. */
const startWith = (stop: Handlers['StopContact'], options: Partial<HttpServerOptions> = {}) =>
  start({ handlers: { StopContact: stop } as Handlers, ...options });

const get = (
  server: RecordingServer,
  path: string,
  headers: Record<string, string> = {},
): Promise<RawAnswer> => {
  const lines = Object.entries({ Host: `127.0.0.1:${server.port}`, Connection: 'close', ...headers });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return exchange(server.port, `GET ${path} HTTP/1.1\r\n${head}\r\n`);
};

describe('what a handler throws', () => {
  test('by name is answered by that name', async () => {
    await using server = await startWith(() => {
      throw new ServiceError('ServiceQuotaExceededException', 'Ten are enough.');
    });
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'ServiceQuotaExceededException', 402), undefined);
    assert.equal(answer.body, '{"Message":"Ten are enough."}');
  });

  test('because the store is away is to be repeated', async () => {
    await using server = await startWith(async () => {
      throw new StoreUnavailableError('connect ECONNREFUSED db.internal');
    });
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'InternalServiceException', 500), undefined);
    assert.equal(answer.body, '{"Message":"The store is not available; repeat the request."}');
  });

  test('by mistake is in the log with its stack and the request id, and not in the answer', async () => {
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
  await using server = await start({ log });
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

test('a stranger is refused before its body has come', async () => {
  await using server = await start();
  const head = `PUT /chat-events/i-1 HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10000000\r\n\r\n`;
  assert.equal(
    isRefusal(await exchange(server.port, head), 'MissingAuthenticationTokenException'),
    undefined,
  );
});

describe('an access key limited to instances', () => {
  const key = { id: 'AKIDLIMITED', secret: 'another secret' };
  test('reaches those, by id or ARN, and no other', async () => {
    await using server = await start({ account: '123456789012' });
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
        /connect:ListPushNotificationRegistrations on resource: arn:aws:connect:us-east-1:123456789012:instance\/i-2/,
      );
    }
    assert.deepEqual(server.recorded, []);
  });
});

test('calls beyond the rate are told when to come back, one key and operation at a time', async () => {
  let nowMs = 0;
  await using server = await start({
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

describe('on loopback', () => {
  test('a foreign Host or Origin is refused, also with a good signature', async () => {
    await using server = await start();
    for (const [name, value] of [
      ['Host', 'evil.example'],
      ['Host', '127.0.0.1.evil.example'],
      ['Host', 'localhost@evil.example'],
      ['Host', ''],
      ['Origin', 'https://evil.example'],
      ['Origin', 'null'],
      ['Origin', 'http://localhost.evil.example'],
    ] as const) {
      for (const path of ['/', '/livez', '/push-notification/i-1/registrations'])
        assert.equal(
          isRefusal(await get(server, path, { [name]: value }), 'AccessDeniedException'),
          undefined,
          value,
        );
      const signed = await call(server, { ...STOP, headers: { [name]: value } });
      assert.equal(isRefusal(signed, 'AccessDeniedException'), undefined, value);
    }
    assert.deepEqual(server.recorded, []);
  });

  test('every name of loopback, and a host that is allowed, is answered', async () => {
    await using server = await start({ allowedHosts: ['push.example.com'] });
    for (const host of [
      '127.0.0.1',
      'localhost:4100',
      'LOCALHOST',
      '[::1]:1',
      'my.localhost',
      'push.example.com',
    ])
      assert.equal((await get(server, '/livez', { Host: host, Origin: `http://${host}` })).status, 200, host);
  });

  test('only is where the development defaults listen', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await assert.rejects(start({ host, loopbackOnly: true }), /listens on loopback only/);
    await using server = await start({ host: 'localhost', loopbackOnly: true });
    assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  });
});

describe('pages', () => {
  const metrics = async () => ({ contentType: 'text/plain; version=0.0.4', body: 'pushes_total 1\n' });

  test('say whether the process lives, whether it is ready, and its numbers', async () => {
    await using server = await start({ metrics });
    assert.equal((await get(server, '/livez')).body, '{"alive":true}');
    const ready = await get(server, '/readyz?verbose');
    assert.deepEqual([ready.status, ready.body], [200, '{"ready":true,"checks":{"store":"ok"}}']);
    const numbers = await get(server, '/metrics');
    assert.deepEqual(
      [numbers.headers.get('content-type'), numbers.body],
      ['text/plain; version=0.0.4', 'pushes_total 1\n'],
    );
  });

  test('say not ready with 503, also where asking fails', async () => {
    const checks = { store: 'migration 3 is missing' };
    await using unready = await start({ ready: async () => ({ ready: false, checks }) });
    const answer = await get(unready, '/readyz');
    assert.deepEqual([answer.status, JSON.parse(answer.body)], [503, { ready: false, checks }]);
    assert.equal((await get(unready, '/livez')).status, 200);
    assert.match((await get(unready, '/', { Accept: 'text/html' })).body, /not ready/);
    const lines: string[] = [];
    await using failing = await start({
      ready: () => Promise.reject(new StoreUnavailableError('db.internal')),
      log: pino({}, { write: (line: string) => lines.push(line) }),
    });
    const failed = await get(failing, '/readyz');
    assert.equal(failed.status, 503);
    assert.ok(!failed.body.includes('db.internal'));
    assert.match(lines.join(''), /db\.internal/);
    assert.equal((await get(failing, '/', { Accept: 'text/html' })).status, 200);
  });

  test('show a browser where to look and anything else the same as JSON', async () => {
    const links = [{ href: '/console/?a=1&b=2', text: 'Phones & <pushes>' }];
    await using server = await start({ metrics, links });
    const page = await get(server, '/', { Accept: 'text/html,*/*' });
    assert.equal(page.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.ok(page.body.includes('<a href="/console/?a=1&amp;b=2">Phones &amp; &lt;pushes&gt;</a>'));
    for (const name of Object.keys(OPERATIONS)) assert.ok(page.body.includes(name));
    const json = JSON.parse((await get(server, '/')).body) as {
      service: string;
      ready: boolean;
      links: unknown[];
    };
    assert.deepEqual([json.service, json.ready, json.links[0]], ['chatpush', true, links[0]]);
  });

  test('without metrics there is no page of them', async () => {
    await using server = await start();
    assert.equal(isRefusal(await get(server, '/metrics'), 'UnknownOperationException'), undefined);
  });
});

test('a mount takes what is its own, with its body unread, and leaves the rest', async () => {
  const seen: string[] = [];
  await using server = await start({
    mounts: [
      () => false,
      (request, response) => {
        if (!request.url?.startsWith('/emulator/')) return false;
        request.setEncoding('utf8');
        request.on('data', (text: string) => seen.push(text));
        request.on('end', () => response.end(`${request.method} ${request.url}`));
        return true;
      },
    ],
  });
  const answer = await fetch(`${server.url}/emulator/%2F?x=%ZZ`, { method: 'PUT', body: 'faults' });
  assert.equal(await answer.text(), 'PUT /emulator/%2F?x=%ZZ');
  assert.deepEqual(seen, ['faults']);
  assert.equal((await call(server, STOP)).status, 200);
});

test('a mount that fails is answered for, or cut short where it had begun', async () => {
  const lines: string[] = [];
  await using server = await start({
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

test('a port that is taken is told to whoever starts the server', async () => {
  await using server = await start();
  await assert.rejects(start({ port: server.port }), { code: 'EADDRINUSE' });
});

describe('stopping', () => {
  test('refuses new calls while it drains, and says so to load balancers', async () => {
    await using server = await start();
    server.drain();
    const answer = await call(server, STOP);
    assert.equal(isRefusal(answer, 'ServiceUnavailableException', 503), undefined);
    assert.equal(answer.headers.get('connection'), 'close');
    const ready = await get(server, '/readyz');
    assert.deepEqual([ready.status, (JSON.parse(ready.body) as { ready: boolean }).ready], [503, false]);
    assert.equal((await get(server, '/livez')).status, 200);
    assert.deepEqual(server.recorded, []);
  });

  test('waits for the answers under way, and for no idle connection', async () => {
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

  test('ends what does not end by itself, once the limit is over', async () => {
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

  test('ends a stream of events at once, and its mount hears of it', async () => {
    const ended = Promise.withResolvers<void>();
    await using server = await start({
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

  test('may be asked for twice', async () => {
    await using server = await start();
    await Promise.all([server.close(), server.close()]);
  });
});

test('a caller that leaves in the middle of its body reaches no handler and leaves no error', async () => {
  const lines: string[] = [];
  const log = pino({ level: 'error' }, { write: (line: string) => lines.push(line) });
  await using server = await start({ log });
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

test('connections are kept for the next call', async () => {
  await using server = await start();
  const first = await fetch(`${server.url}/livez`);
  await first.text();
  assert.match(first.headers.get('connection') ?? '', /keep-alive/);
});
