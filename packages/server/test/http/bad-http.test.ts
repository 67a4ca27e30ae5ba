// Errors below the API: HTTP that is malformed, too large, too slow or unsupported. The answer is always our JSON.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';

import { OPERATIONS } from '@chatpush/wire';
import * as fc from 'fast-check';

import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, converse, exchange, isRefusal, signedHead, startRecordingServer } from './recording-server.ts';
import type { RecordingServer } from './recording-server.ts';

let server: RecordingServer;
before(async () => {
  server = await startRecordingServer({ limits: { headersTimeoutMs: 100, requestTimeoutMs: 150 } });
});
after(() => server.close());
beforeEach(() => {
  server.recorded.length = 0;
});

const GOOD = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);
const host = () => `Host: 127.0.0.1:${server.port}\r\n`;

test('what is not HTTP/1.1 is refused', async () => {
  const requests = [
    'hello\r\n\r\n',
    '\u0016\u0003\u0001\u0000\u0005\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    `FETCH / HTTP/1.1\r\n${host()}\r\n`,
    `GET / HTTP/3.0\r\n${host()}\r\n`,
    `GET / HTTP/1.1\r\n${host()}bad header\r\n\r\n`,
    `GET / HTTP/1.1\r\n${host()}a: \u0000\r\n\r\n`,
    `PUT /contact/chat HTTP/1.1\r\n${host()}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `PUT /contact/chat HTTP/1.1\r\n${host()}Content-Length: x\r\n\r\n`,
    `PUT /contact/chat HTTP/1.1\r\n${host()}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`,
    `PUT /contact/chat HTTP/1.1\r\n${host()}Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n`,
  ];
  for (const request of requests) {
    const answer = await exchange(server.port, request);
    assert.equal(isRefusal(answer, 'MalformedHttpRequestException'), undefined, request);
  }
});

test('a target that is not a path, or has unencoded bytes, is refused', async () => {
  for (const target of ['http://127.0.0.1/', '*', 'x', '/ä', '/\u0080'])
    assert.equal(
      isRefusal(
        await exchange(server.port, `OPTIONS ${target} HTTP/1.1\r\n${host()}Connection: close\r\n\r\n`),
        'MalformedHttpRequestException',
      ),
      undefined,
      target,
    );
});

test('oversized headers are refused with 431, a target that is too long with 414', async () => {
  // With time for them to arrive.
  await using server = await startRecordingServer();
  const large = await call(server, { ...GOOD, headers: { 'X-Large': 'x'.repeat(40_000) } });
  assert.equal(isRefusal(large, 'RequestHeaderSectionTooLargeException', 431), undefined);
  const many = Object.fromEntries(Array.from({ length: 4000 }, (_, index) => [`x-${index}`, 'abc']));
  const numerous = await call(server, { ...GOOD, headers: many });
  assert.equal(isRefusal(numerous, 'RequestHeaderSectionTooLargeException', 431), undefined);
  const long = await call(server, { ...GOOD, target: `/contact/stop?${'x'.repeat(20_000)}` });
  assert.equal(isRefusal(long, 'MalformedHttpRequestException', 414), undefined);
  const longer = await call(server, { ...GOOD, target: `/contact/stop?${'x'.repeat(100_000)}` });
  assert.equal(isRefusal(longer, 'RequestHeaderSectionTooLargeException', 431), undefined);
});

test('headers, and a body, that do not arrive in time are refused with 408', async () => {
  const slowHead = await exchange(server.port, `PUT /contact/chat HTTP/1.1\r\n${host()}`);
  assert.equal(isRefusal(slowHead, 'RequestTimeoutException'), undefined);
  const slowBody = await exchange(server.port, signedHead(server.port, GOOD).head, GOOD.body.slice(0, 10));
  assert.equal(isRefusal(slowBody, 'RequestTimeoutException'), undefined);
  assert.deepEqual(server.recorded, []);
});

test('an expectation other than 100-continue is refused with 417, and 100-continue works', async () => {
  const other = await exchange(server.port, `GET /livez HTTP/1.1\r\n${host()}Expect: 200-ok\r\n\r\n`);
  assert.equal(isRefusal(other, 'MalformedHttpRequestException', 417), undefined);
  const { head } = signedHead(server.port, { ...GOOD, headers: { Expect: '100-continue' } });
  assert.equal((await exchange(server.port, head, GOOD.body)).status, 200);
  assert.equal(server.recorded.length, 1);
});

test('an upgrade is ignored, a tunnel is refused', async () => {
  const upgrade = { Upgrade: 'websocket' };
  assert.equal((await call(server, { ...GOOD, headers: upgrade })).status, 200);
  const tunnel = await exchange(server.port, 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n');
  assert.equal(isRefusal(tunnel, 'UnknownOperationException'), undefined);
});

test('every method Node knows is answered by us', async () => {
  for (const method of [
    'GET',
    'OPTIONS',
    'TRACE',
    'PROPFIND',
    'QUERY',
    'PURGE',
    'SOURCE',
    'POST',
    'PATCH',
    'DELETE',
  ])
    for (const type of ['', 'Content-Type: nonsense\r\nContent-Length: 2\r\n']) {
      const request = `${method} /nothing HTTP/1.1\r\n${host()}${type}Connection: close\r\n\r\n${type && '{}'}`;
      const answer = await exchange(server.port, request);
      assert.equal(isRefusal(answer, 'UnknownOperationException'), undefined, request);
    }
});

test('a chunked body is a body, with the same limit', async () => {
  const { head } = signedHead(server.port, GOOD);
  const chunked = head.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked');
  const chunks = GOOD.body.replace(/.{1,7}/g, (chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  assert.equal((await exchange(server.port, chunked, `${chunks}0\r\n\r\n`)).status, 200);
  assert.deepEqual(server.recorded[0]?.input, GOOD_INPUTS.StopContact);
  const large = `${(0x10_001).toString(16)}\r\n${' '.repeat(0x10_001)}\r\n0\r\n\r\n`;
  const refused = await exchange(server.port, chunked, large);
  assert.equal(isRefusal(refused, 'RequestEntityTooLargeException'), undefined);
});

test('a body with a declared length above the limit is refused before it arrives', async () => {
  const { head } = signedHead(server.port, { ...GOOD, body: 'x' });
  const answer = await exchange(
    server.port,
    head.replace('Content-Length: 1', 'Content-Length: 99999999999'),
  );
  assert.equal(isRefusal(answer, 'RequestEntityTooLargeException'), undefined);
});

test('an endless body is refused at the limit', async () => {
  // With time for 32 MiB to arrive.
  await using server = await startRecordingServer({
    limits: { requestTimeoutMs: 120_000, bodyTimeoutMs: 120_000 },
  });
  const { head } = signedHead(server.port, GOOD);
  const chunked = head.replace(/Content-Length: \d+/, 'Transfer-Encoding: chunked');
  const chunk = Buffer.from(`100000\r\n${' '.repeat(0x10_0000)}\r\n`);
  // One byte above the limit and no more: bytes in flight when the connection closes may destroy the answer.
  const chunks = Array.from({ length: 32 }, () => chunk);
  const answer = await exchange(server.port, chunked, ...chunks, '1\r\n \r\n');
  assert.equal(isRefusal(answer, 'RequestEntityTooLargeException'), undefined);
});

test('requests in a row on one connection are answered in order', async () => {
  const requests = ['/livez', '/nothing', '/readyz'].map((target) => `GET ${target} HTTP/1.1\r\n${host()}`);
  const text = `${requests.join('\r\n')}Connection: close\r\n\r\n`;
  const answers = await converse(server.port, [text], () => false);
  const order = ['{"alive":true}', '"Message"', '"ready":true'].map((part) => answers.indexOf(part));
  assert.ok(
    order.every((at) => at >= 0),
    answers,
  );
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
});

test('a signed request with any one byte changed is refused, or means the same', async () => {
  const input = { InstanceId: 'i 1', RegistrationId: 'r/1', ContactId: 'c 1' };
  const good = encodeInput(OPERATIONS.DeletePushNotificationRegistration, input);
  const create = encodeInput(
    OPERATIONS.CreatePushNotificationRegistration,
    GOOD_INPUTS.CreatePushNotificationRegistration,
  );
  const bytesOf = (parts: typeof good) => Buffer.from(signedHead(server.port, parts).head + parts.body);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(good, create),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      async (parts, seed, bits) => {
        server.recorded.length = 0;
        const bytes = bytesOf(parts);
        bytes[seed % bytes.length]! ^= bits;
        const answer = await exchange(server.port, bytes);
        if (answer.status === 200) {
          const meant = parts === good ? input : GOOD_INPUTS.CreatePushNotificationRegistration;
          assert.deepEqual(
            server.recorded.map((call) => call.input),
            [meant],
          );
          return;
        }
        assert.deepEqual(server.recorded, []);
        assert.equal(answer.headers.get('content-type'), 'application/json');
        assert.equal(typeof (JSON.parse(answer.body) as { Message: string }).Message, 'string', answer.body);
        assert.ok(answer.headers.has('x-amzn-errortype') && answer.headers.has('x-amzn-requestid'));
      },
    ),
    { seed: 20261122, numRuns: 600 },
  );
});

test('random bytes always get our JSON', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
      const answer = await exchange(server.port, Buffer.concat([bytes, Buffer.from('\r\n\r\n')]));
      // Blank lines before a request are no fault of it, so what is only that waits for more.
      const name = /^[\r\n]*$/.test(Buffer.from(bytes).toString('latin1'))
        ? 'RequestTimeoutException'
        : 'MalformedHttpRequestException';
      assert.equal(isRefusal(answer, name), undefined);
    }),
    { seed: 20261122, numRuns: 200 },
  );
});
