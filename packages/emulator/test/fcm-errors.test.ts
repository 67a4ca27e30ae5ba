// Every row of FCM's table of errors, provoked as a sender would, or by a fault rule if only Google can cause it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator, type Emulator, type EmulatorOptions, type FaultRule } from '@chatpush/emulator';
import { FAILURES } from '../src/fcm/answers.ts';
import { accessToken, sendFcm, sendUrl } from './senders.ts';

const DEVICE = 'dEvice:APA91bE-token_1';
const MESSAGE = { token: DEVICE, data: { title: 'Ann', body: 'Hello' } };

interface ErrorBody {
  error: {
    code: number;
    status: string;
    message: string;
    details?: {
      '@type': string;
      errorCode?: string;
      reason?: string;
      fieldViolations?: { field: string; description: string }[];
    }[];
  };
}

interface Row {
  made: string;
  code: number;
  status: string;
  /** Undefined: the answer carries no FcmError. */
  errorCode?: string;
  /** Part of the message. */
  says?: RegExp;
  options?: EmulatorOptions;
  prepare?: (emulator: Emulator) => void;
  message?: object | string;
  rule?: Omit<FaultRule, 'gateway'>;
  /** Default: a valid one. */
  bearer?: (emulator: Emulator) => string | undefined;
  url?: (emulator: Emulator) => string;
}

const rule = (reason: string): Pick<Row, 'made' | 'rule'> => ({
  made: 'a rule',
  rule: { fault: 'http', reason },
});
const invalid = (made: string, message: object | string, says: RegExp, errorCode?: string): Row => ({
  made,
  code: 400,
  status: 'INVALID_ARGUMENT',
  errorCode,
  says,
  message,
});

/** Strings that senders pass by mistake and Google rejects, no matter which phones exist. */
const FOREIGN = [
  'null',
  'undefined',
  'ExponentPushToken[xxxxxxxxxxxxxxxxxxxxxx]',
  'ExpoPushToken[xxxxxxxxxxxxxxxxxxxxxx]',
  '0123456789abcdef'.repeat(4),
  '0123456789ABCDEF'.repeat(5),
];

const ROWS: readonly Row[] = [
  ...FOREIGN.map((token) =>
    invalid(
      `the token ${token}`,
      { ...MESSAGE, token },
      /not a valid FCM registration token/,
      'INVALID_ARGUMENT',
    ),
  ),
  invalid(
    'a token with a space',
    { ...MESSAGE, token: 'no token' },
    /not a valid FCM registration token/,
    'INVALID_ARGUMENT',
  ),
  {
    ...invalid(
      'an unknown token in strict mode',
      MESSAGE,
      /not a valid FCM registration token/,
      'INVALID_ARGUMENT',
    ),
    options: { strict: { tokens: true } },
  },
  invalid('a body that is not JSON', '{"message"', /Invalid JSON payload/),
  invalid('an unknown field', { ...MESSAGE, colour: 'red' }, /Unknown name "colour" at 'message'/),
  invalid('data that is not a string', { ...MESSAGE, data: { n: 1 } }, /Invalid value at 'message.data\[n\]/),
  invalid('a wrong type', { ...MESSAGE, notification: { title: 7 } }, /message.notification.title/),
  invalid('an unknown priority', { ...MESSAGE, android: { priority: 'URGENT' } }, /message.android.priority/),
  invalid('a time to live without a unit', { ...MESSAGE, android: { ttl: '3600' } }, /message.android.ttl/),
  invalid(
    'a time to live of more than four weeks',
    { ...MESSAGE, android: { ttl: '2419201s' } },
    /ttl/,
    'INVALID_ARGUMENT',
  ),
  invalid(
    'a reserved key',
    { ...MESSAGE, data: { from: 'me' } },
    /Invalid data payload key: from/,
    'INVALID_ARGUMENT',
  ),
  invalid(
    'a key with a reserved prefix',
    { ...MESSAGE, data: { 'google.x': 'me' } },
    /google\.x/,
    'INVALID_ARGUMENT',
  ),
  invalid('4,097 bytes', { ...MESSAGE, data: { k: 'x'.repeat(4096) } }, /too big/, 'INVALID_ARGUMENT'),
  invalid(
    '2,049 bytes to a topic',
    { topic: 'news', data: { k: 'x'.repeat(2048) } },
    /too big/,
    'INVALID_ARGUMENT',
  ),
  invalid('no target', { data: { k: 'v' } }, /Recipient/, 'INVALID_ARGUMENT'),
  invalid('two targets', { ...MESSAGE, topic: 'news' }, /Only one/, 'INVALID_ARGUMENT'),
  { ...rule('INVALID_ARGUMENT'), code: 400, status: 'INVALID_ARGUMENT', errorCode: 'INVALID_ARGUMENT' },
  {
    ...rule('INVALID_TOKEN'),
    code: 400,
    status: 'INVALID_ARGUMENT',
    errorCode: 'INVALID_ARGUMENT',
    says: /not a valid FCM registration token/,
  },
  { made: 'no access token', code: 401, status: 'UNAUTHENTICATED', bearer: () => undefined },
  {
    made: 'a foreign access token in strict mode',
    code: 401,
    status: 'UNAUTHENTICATED',
    options: { strict: { keys: true } },
    bearer: () => 'ya29.other',
  },
  { ...rule('UNAUTHENTICATED'), code: 401, status: 'UNAUTHENTICATED' },
  {
    ...rule('THIRD_PARTY_AUTH_ERROR'),
    code: 401,
    status: 'UNAUTHENTICATED',
    errorCode: 'THIRD_PARTY_AUTH_ERROR',
    says: /Auth error from APNS or Web Push/,
  },
  {
    made: 'a token of another project',
    code: 403,
    status: 'PERMISSION_DENIED',
    errorCode: 'SENDER_ID_MISMATCH',
    says: /SenderId mismatch/,
    prepare: (emulator) => emulator.install(DEVICE, { deviceType: 'GCM', app: 'other-project' }),
  },
  {
    made: 'another project than the account’s in strict mode',
    code: 403,
    status: 'PERMISSION_DENIED',
    options: { strict: { keys: true } },
    url: (emulator) => sendUrl(emulator, 'other-project'),
  },
  { ...rule('PERMISSION_DENIED'), code: 403, status: 'PERMISSION_DENIED' },
  {
    made: 'an uninstalled app',
    code: 404,
    status: 'NOT_FOUND',
    errorCode: 'UNREGISTERED',
    says: /Requested entity was not found/,
    prepare: (emulator) => emulator.phone(DEVICE).uninstall(),
  },
  {
    made: 'a wrong address',
    code: 404,
    status: 'NOT_FOUND',
    url: (emulator) => `${emulator.fcm.url}/v1/project/x/messages:send`,
  },
  { ...rule('NOT_FOUND'), code: 404, status: 'NOT_FOUND' },
  {
    made: 'a device’s rate',
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    errorCode: 'QUOTA_EXCEEDED',
    rule: { fault: 'quota', per: 'device', limit: 0 },
  },
  {
    made: 'a project’s rate',
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    errorCode: 'QUOTA_EXCEEDED',
    rule: { fault: 'quota', per: 'application', limit: 0, retryAfterSeconds: 60 },
  },
  { ...rule('INTERNAL'), code: 500, status: 'INTERNAL', errorCode: 'INTERNAL' },
  {
    made: 'a rule by status',
    code: 503,
    status: 'UNAVAILABLE',
    errorCode: 'UNAVAILABLE',
    rule: { fault: 'http', status: 503, retryAfterSeconds: 60 },
  },
  { ...rule('UNSPECIFIED_ERROR'), code: 500, status: 'UNKNOWN', errorCode: 'UNSPECIFIED_ERROR' },
];

for (const row of ROWS) {
  test(`FCM answers ${row.code} ${row.errorCode ?? `${row.status} without an FcmError`} to ${row.made}`, async () => {
    await using emulator = await startEmulator(row.options);
    row.prepare?.(emulator);
    if (row.rule !== undefined) emulator.faults.set([{ gateway: 'fcm', ...row.rule }]);
    const bearer = row.bearer === undefined ? await accessToken(emulator) : row.bearer(emulator);
    const answer = await sendFcm(emulator, bearer, row.message ?? MESSAGE, row.url?.(emulator));
    assert.equal(answer.status, row.code, answer.text);
    const { error } = answer.body as ErrorBody;
    assert.deepEqual([error.code, error.status], [row.code, row.status]);
    const details = error.details ?? [];
    const fcmError = details.find(
      (detail) => detail['@type'] === 'type.googleapis.com/google.firebase.fcm.v1.FcmError',
    );
    assert.equal(fcmError?.errorCode, row.errorCode);
    if (row.says !== undefined) assert.match(error.message, row.says);
    if (row.code === 400 && row.rule === undefined && !/registration token/.test(error.message)) {
      const violations = details.find((detail) =>
        detail['@type'].endsWith('google.rpc.BadRequest'),
      )?.fieldViolations;
      assert.ok(violations !== undefined && violations.length > 0);
    }
    if (row.status === 'UNAUTHENTICATED' && row.errorCode === undefined) {
      assert.ok(details.some((detail) => detail['@type'].endsWith('google.rpc.ErrorInfo') && detail.reason));
    }
    assert.equal(answer.headers['retry-after'], row.rule?.retryAfterSeconds?.toString());
    assert.equal(emulator.phone(DEVICE).received, 0);
    assert.equal(emulator.requests.list().at(-1)?.status, row.code);
  });
}

test('the rows cover every error that Google documents', () => {
  const made = new Set(
    ROWS.map(
      ({ code, errorCode, says }) =>
        `${code} ${errorCode ?? '-'} ${says?.source.includes('registration token') ?? false}`,
    ),
  );
  for (const { code, message, ...failure } of Object.values(FAILURES)) {
    const errorCode = 'errorCode' in failure ? failure.errorCode : '-';
    assert.ok(
      made.has(`${code} ${errorCode} ${message.includes('registration token')}`),
      `no row provokes ${code} ${errorCode}`,
    );
  }
});
