// What the caller gets for each answer, from the service or from another server.
import assert from 'node:assert/strict';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as client from '@chatpush/client';
import { ChatpushError, ThrottlingException } from '@chatpush/client';
import { ERRORS, OPERATIONS } from '@chatpush/wire';
import { EXCEPTIONS } from '../src/exceptions.ts';
import type * as exceptions from '../src/exceptions.ts';
import { CREATE, clientOf, errorOf } from './calls.ts';
import { answer, refuse, startRecordingServer } from './recording-server.ts';
import type { Respond } from './recording-server.ts';

/** The error of one attempt with this answer. */
async function errorFor(respond: Respond): Promise<ChatpushError> {
  await using server = await startRecordingServer(respond);
  const error = await errorOf(
    clientOf(server, { maxAttempts: 1 }).createPushNotificationRegistration(CREATE),
  );
  assert.ok(error instanceof ChatpushError);
  assert.equal(error.attempts, 1);
  return error;
}

describe('exceptions of the service', () => {
  for (const [name, Class] of Object.entries(EXCEPTIONS))
    test(`${name} has its own class, exported under its name`, async () => {
      const kind = ERRORS[name as keyof typeof EXCEPTIONS];
      const error = await errorFor(refuse(kind.status, name, 'because', { 'x-amzn-requestid': 'r-7' }));
      assert.equal((client as Record<string, unknown>)[name], Class);
      assert.ok(error instanceof Class);
      assert.deepEqual(
        [error.name, error.message, error.status, error.requestId, error.fault, error.retryable],
        [name, 'because', kind.status, 'r-7', kind.fault, kind.repeated],
      );
      for (const Other of Object.values(EXCEPTIONS)) assert.equal(error instanceof Other, Other === Class);
    });

  test('there is a class for every exception of every operation, and for no other', () => {
    const declared = new Set(Object.values(OPERATIONS).flatMap((operation) => operation.errors));
    assert.deepEqual(new Set(Object.keys(EXCEPTIONS)), declared);
  });

  test('an exception without its own class is the base class with that name', async () => {
    const error = await errorFor(refuse(403, 'InvalidSignatureException', 'The signature does not match'));
    assert.deepEqual(
      [error.constructor, error.name, error.status, error.fault, error.retryable],
      [ChatpushError, 'InvalidSignatureException', 403, 'client', false],
    );
  });

  test('a name from Object.prototype is treated like any other', async () => {
    const error = await errorFor(refuse(400, 'constructor', 'odd'));
    assert.deepEqual([error.constructor, error.name], [ChatpushError, 'constructor']);
  });
});

describe('the name of the error is found', () => {
  const NAME = 'ResourceNotFoundException';
  const cases: readonly (readonly [string, Record<string, string>, object])[] = [
    ['in the header', { 'x-amzn-errortype': NAME }, {}],
    [
      'in the header, followed by a URL',
      { 'x-amzn-errortype': `${NAME}:http://internal.amazon.com/coral/` },
      {},
    ],
    ['in the header, after a namespace', { 'x-amzn-errortype': `com.amazonaws.connect#${NAME}` }, {}],
    [
      'in the header, with both',
      { 'x-amzn-errortype': `aws.connect#${NAME}:http://internal.amazon.com/#x` },
      {},
    ],
    ['in the body as __type', {}, { __type: NAME }],
    ['in the body as __type with a namespace', {}, { __type: `com.amazonaws.connect#${NAME}` }],
    ['in the body as code', {}, { code: NAME }],
  ];
  for (const [where, headers, body] of cases)
    test(where, async () => {
      const error = await errorFor(
        answer(404, JSON.stringify({ ...body, message: 'no such thing' }), headers),
      );
      assert.ok(error instanceof client.ResourceNotFoundException);
      assert.equal(error.message, 'no such thing');
    });

  test('an error without a message gets its name and status as message', async () => {
    const error = await errorFor(answer(429, '', { 'x-amzn-errortype': 'ThrottlingException' }));
    assert.ok(error instanceof ThrottlingException);
    assert.equal(error.message, 'ThrottlingException (status 429)');
  });
});

describe('answers that are not the service’s', () => {
  const page =
    '<html><head><title>502 Bad Gateway</title><style>h1 {color: red}</style></head>\n<body><h1>502 Bad Gateway</h1><hr>nginx</body></html>';
  const cases: readonly (readonly [string, Respond, string, 'client' | 'server', boolean])[] = [
    [
      "a proxy's page",
      answer(502, page, { 'content-type': 'text/html; charset=utf-8' }),
      '502 with text/html: 502 Bad Gateway nginx',
      'server',
      true,
    ],
    ['an empty 503', answer(503, ''), '503 with an empty body', 'server', true],
    [
      'a text',
      answer(403, 'Blocked by policy', { 'content-type': 'text/plain' }),
      '403 with text/plain: Blocked by policy',
      'client',
      false,
    ],
    ['a text of unknown type', answer(500, 'oops'), '500 with a body of unknown type: oops', 'server', true],
    [
      'JSON of another server',
      answer(404, '{"error":"not found"}', { 'content-type': 'application/json' }),
      '404 with application/json: {"error":"not found"}',
      'client',
      false,
    ],
    [
      'a redirect, which is not followed',
      answer(302, '', { location: 'https://login.example/' }),
      '302 to https://login.example/',
      'server',
      false,
    ],
    [
      'a login page where success is expected',
      answer(200, '<p>Log in</p>', { 'content-type': 'text/html' }),
      '200 with text/html: Log in',
      'server',
      false,
    ],
    [
      'a success without its member',
      answer(200, '{}'),
      "200, 1 validation error detected: Value at '/RegistrationId' failed to satisfy constraint: Member must not be null",
      'server',
      false,
    ],
    [
      'a success with a member of another type',
      answer(200, '{"RegistrationId":5}'),
      "200, 1 validation error detected: Value at '/RegistrationId' failed to satisfy constraint: Member must be a string",
      'server',
      false,
    ],
    ['a success that is a list', answer(200, '[]'), '200 with a body of unknown type: []', 'server', false],
  ];
  for (const [what, respond, message, fault, retryable] of cases)
    test(`${what} is an UnexpectedAnswerError that describes the answer`, async () => {
      const error = await errorFor(respond);
      assert.deepEqual(
        [error.name, error.message, error.fault, error.retryable],
        ['UnexpectedAnswerError', message, fault, retryable],
      );
    });

  test('a long page is cut to its first words', async () => {
    const error = await errorFor(answer(500, 'word '.repeat(10_000), { 'content-type': 'text/plain' }));
    assert.equal(error.message.length, '500 with text/plain: '.length + 200);
    assert.match(error.message, /…$/);
  });
});

// Regression: reading it to the end crashed the process, because exceeding the maximum string length throws where no call can
// catch it.
describe('an endless answer is cut off', () => {
  const endless: Respond = (_, response) => {
    const piece = 'word '.repeat(20_000);
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.writeHead(200, { 'content-type': 'text/plain' }).on('drain', more);
    more();
  };
  for (const [by, options] of [
    ['Node', {}],
    ['fetch', { fetch: globalThis.fetch }],
  ] as const)
    test(`by ${by}`, async () => {
      await using server = await startRecordingServer(endless);
      const client = clientOf(server, { ...options, attemptTimeoutMs: 60_000 });
      const error = await errorOf(client.createPushNotificationRegistration(CREATE));
      assert.ok(error instanceof ChatpushError);
      assert.equal(error.name, 'UnexpectedAnswerError');
      assert.match(error.message, /^200 with text\/plain: word word .*…$/);
    });
});

describe('accepted answers', () => {
  const cases: readonly (readonly [string, Respond])[] = [
    ['without a content type', answer(200, '{"RegistrationId":"r"}')],
    ['with members of a newer service', answer(200, '{"RegistrationId":"r","Shard":{"Id":4},"Tags":[null]}')],
    ['with another successful status', answer(201, '{"RegistrationId":"r"}')],
    ['with an unusually long id', answer(200, JSON.stringify({ RegistrationId: 'r'.repeat(1000) }))],
  ];
  for (const [what, respond] of cases)
    test(what, async () => {
      await using server = await startRecordingServer(respond);
      const response = await clientOf(server).createPushNotificationRegistration(CREATE);
      assert.deepEqual(Object.keys(response), ['registrationId']);
    });

  for (const [status, body] of [
    [200, ''],
    [200, '{}'],
    [204, ''],
  ] as const)
    test(`a delete answered by ${status} and ${body || 'nothing'}`, async () => {
      await using server = await startRecordingServer(answer(status, body));
      const request = { instanceId: 'i', registrationId: 'r', contactId: 'c' };
      assert.deepEqual(await clientOf(server).deletePushNotificationRegistration(request), {});
    });
});

describe('instanceof', () => {
  test('holds across two copies of this package in one program', async (t) => {
    const folder = await mkdtemp(join(tmpdir(), 'chatpush-copy-'));
    t.after(() => rm(folder, { recursive: true }));
    for (const file of ['chatpush-error.ts', 'exceptions.ts'])
      await cp(new URL(`../src/${file}`, import.meta.url), join(folder, file));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    const copy = (await import(pathToFileURL(join(folder, 'exceptions.ts')).href)) as typeof exceptions;
    const error = new copy.ThrottlingException('slow down', {
      fault: 'client',
      attempts: 3,
      retryable: true,
    });
    assert.notEqual(copy.ThrottlingException, ThrottlingException);
    assert.ok(error instanceof ThrottlingException);
    assert.ok(error instanceof ChatpushError);
    assert.ok(!(error instanceof client.AccessDeniedException));
    assert.ok(
      new ThrottlingException('x', { fault: 'client', attempts: 1, retryable: true }) instanceof
        copy.ThrottlingException,
    );
  });

  test("uses the prototype for a caller's own subclass and for other objects", () => {
    class Mine extends ThrottlingException {}
    const details = { fault: 'client', attempts: 1, retryable: true } as const;
    assert.ok(new Mine('x', details) instanceof Mine);
    assert.ok(!(new ThrottlingException('x', details) instanceof Mine));
    for (const value of [
      null,
      undefined,
      'ThrottlingException',
      { name: 'ThrottlingException' },
      new Error('x'),
    ])
      assert.ok(!((value as unknown) instanceof ThrottlingException));
  });
});
