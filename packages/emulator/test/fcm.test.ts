// FCM as Google documents it, over HTTP/1.1 and HTTP/2: every row of its table of errors, and its token endpoint.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import https from 'node:https';
import test from 'node:test';
import { startEmulator, type Emulator, type EmulatorOptions, type FaultRule } from '@chatpush/emulator';
import { FAILURES } from '../src/fcm/answers.ts';
import { accessToken, assertion, connect, fetchToken, https1, sendFcm, sendUrl } from './senders.ts';

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
  /** Absent: a good one. */
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

const ROWS: readonly Row[] = [
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
  invalid('no JSON', '{"message"', /Invalid JSON payload/),
  invalid('an unknown field', { ...MESSAGE, colour: 'red' }, /Unknown name "colour" at 'message'/),
  invalid('data that is no text', { ...MESSAGE, data: { n: 1 } }, /Invalid value at 'message.data\[n\]/),
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
    'a reserved beginning of a key',
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
    made: 'an access token of another’s in strict mode',
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

test('the rows above are all the errors Google documents', () => {
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
      `${code} ${errorCode} is not made`,
    );
  }
});

test('HTTP/2 is served with 100 streams at once, and HTTP/1.1 over one kept connection', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  await using wire = await connect(emulator.fcm.url, emulator.ca);
  assert.deepEqual(wire.limits, [100]);
  const headers = {
    ':path': new URL(sendUrl(emulator)).pathname,
    authorization: `Bearer ${bearer}`,
    'content-type': 'application/json',
  };
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => wire.request(headers, JSON.stringify({ message: MESSAGE }))),
  );
  for (const { status, body } of answers) {
    assert.equal(status, 200);
    assert.match((body as { name: string }).name, /^projects\/chatpush-emulator\/messages\//);
  }
  assert.equal(new Set(answers.map(({ body }) => (body as { name: string }).name)).size, 50);
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  for (let n = 0; n < 3; n++) {
    const options = {
      headers: { authorization: `Bearer ${bearer}` },
      body: JSON.stringify({ message: MESSAGE }),
      agent,
    };
    assert.equal((await https1(sendUrl(emulator), emulator.ca, options)).status, 200);
  }
  agent.destroy();
  const log = emulator.requests.list().slice(-3);
  assert.equal(new Set(log.map(({ connection }) => connection)).size, 1);
  assert.equal(emulator.phone(DEVICE).received, 53);
});

test('names in camelCase are understood, as Google’s JSON reader does', async () => {
  await using emulator = await startEmulator();
  const { status, text } = await sendFcm(emulator, await accessToken(emulator), {
    ...MESSAGE,
    android: { collapseKey: 'chat', directBootOk: true },
  });
  assert.equal(status, 200, text);
  const [notification] = emulator.phone(DEVICE).notifications;
  assert.deepEqual(notification?.payload, {
    message: { ...MESSAGE, android: { collapse_key: 'chat', direct_boot_ok: true } },
  });
});

test('the whole schema passes', async () => {
  await using emulator = await startEmulator();
  const message = {
    token: DEVICE,
    notification: { title: 'T', body: 'B', image: 'https://example.com/i.png' },
    fcm_options: { analytics_label: 'l' },
    android: {
      priority: 'NORMAL',
      ttl: '3.5s',
      restricted_package_name: 'com.example',
      notification: {
        tag: 't',
        sticky: true,
        event_time: '2026-11-22T10:00:00Z',
        visibility: 'SECRET',
        notification_count: 3,
        vibrate_timings: ['1s', '0.5s'],
        title_loc_args: ['a'],
        light_settings: {
          color: { red: 1, green: 0.5, blue: 0, alpha: 1 },
          light_on_duration: '1s',
          light_off_duration: '2s',
        },
      },
    },
    apns: {
      headers: { 'apns-priority': '5' },
      payload: { aps: { badge: 1 }, x: [1] },
      fcm_options: { image: 'i' },
    },
    webpush: {
      headers: { TTL: '60' },
      notification: { anything: [1] },
      fcm_options: { link: 'https://example.com' },
    },
  };
  const { status, text } = await sendFcm(emulator, await accessToken(emulator), message);
  assert.equal(status, 200, text);
});

test('an installation id is an address as a token is; a topic is accepted and reaches no phone', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  assert.equal((await sendFcm(emulator, bearer, { fid: 'fid-1', data: { k: 'v' } })).status, 200);
  assert.equal((await sendFcm(emulator, bearer, { topic: 'news', data: { k: 'v' } })).status, 200);
  assert.deepEqual(
    emulator.phones().map(({ deviceToken }) => deviceToken),
    ['fid-1'],
  );
});

test('validate_only is answered and reaches no phone', async () => {
  await using emulator = await startEmulator();
  const body = JSON.stringify({ message: MESSAGE, validate_only: true });
  const { status } = await sendFcm(emulator, await accessToken(emulator), body);
  assert.equal(status, 200);
  assert.equal(emulator.phone(DEVICE).received, 0);
});

test('any access token is good by default, but one that has expired here is not', async () => {
  let time = Date.now();
  await using emulator = await startEmulator({ clock: { now: () => time } });
  assert.equal((await sendFcm(emulator, 'ya29.from-google', MESSAGE)).status, 200);
  const bearer = await accessToken(emulator);
  assert.equal((await sendFcm(emulator, bearer, MESSAGE)).status, 200);
  time += 3_600_000;
  const { status, text } = await sendFcm(emulator, bearer, MESSAGE);
  assert.equal(status, 401);
  assert.match(text, /ACCESS_TOKEN_EXPIRED/);
});

test('expire-access-token expires the token presented until another is fetched', async () => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'fcm', fault: 'expire-access-token', times: 1 }]);
  const bearer = await accessToken(emulator);
  for (let n = 0; n < 2; n++) assert.equal((await sendFcm(emulator, bearer, MESSAGE)).status, 401);
  assert.equal((await sendFcm(emulator, await accessToken(emulator), MESSAGE)).status, 200);
});

test('in strict mode Google’s rates hold: 240 a minute to one device', async () => {
  let time = Date.now();
  await using emulator = await startEmulator({ strict: { quotas: true }, clock: { now: () => time } });
  await using wire = await connect(emulator.fcm.url, emulator.ca);
  const headers = {
    ':path': new URL(sendUrl(emulator)).pathname,
    authorization: `Bearer ${await accessToken(emulator)}`,
  };
  const send = (): Promise<{ status?: number; headers: Record<string, unknown> }> =>
    wire.request(headers, JSON.stringify({ message: MESSAGE }));
  for (let n = 0; n < 240; n++) assert.equal((await send()).status, 200);
  const over = await send();
  assert.deepEqual([over.status, over.headers['retry-after']], [429, '60']);
  time += 60_000;
  assert.equal((await send()).status, 200);
});

// --- the token endpoint

test('the token endpoint trades a signed assertion for an access token of an hour', async () => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const { status, body } = await fetchToken(emulator);
  assert.equal(status, 200);
  const { access_token: token, expires_in: seconds, token_type: type } = body as Record<string, unknown>;
  assert.equal(typeof token, 'string');
  assert.deepEqual([seconds, type], [3599, 'Bearer']);
  assert.equal((await sendFcm(emulator, String(token), MESSAGE)).status, 200);
});

const seconds = (): number => Math.floor(Date.now() / 1000);
const REFUSALS: readonly {
  made: string;
  error: string;
  claims?: object;
  header?: object;
  grant?: string;
  strict?: true;
  foreign?: true;
  jwt?: string;
}[] = [
  { made: 'another grant', error: 'unsupported_grant_type', grant: 'client_credentials' },
  { made: 'no JWT', error: 'invalid_grant', jwt: 'me' },
  { made: 'another algorithm', error: 'invalid_grant', header: { alg: 'HS256' } },
  { made: 'no issuer', error: 'invalid_grant', claims: { iss: undefined } },
  { made: 'another audience', error: 'invalid_grant', claims: { aud: 'https://example.com/token' } },
  { made: 'no end', error: 'invalid_grant', claims: { exp: undefined } },
  {
    made: 'an end in the past',
    error: 'invalid_grant',
    claims: { iat: seconds() - 7200, exp: seconds() - 3600 },
  },
  { made: 'a life of more than an hour', error: 'invalid_grant', claims: { exp: seconds() + 3700 } },
  {
    made: 'a beginning in the future',
    error: 'invalid_grant',
    claims: { iat: seconds() + 3600, exp: seconds() + 7000 },
  },
  {
    made: 'another scope',
    error: 'invalid_scope',
    claims: { scope: 'https://www.googleapis.com/auth/drive' },
  },
  {
    made: 'an unknown account in strict mode',
    error: 'invalid_grant',
    strict: true,
    claims: { iss: 'me@example.com' },
  },
  { made: 'another key’s signature in strict mode', error: 'invalid_grant', strict: true, foreign: true },
];

for (const { made, error, claims, header, grant, strict, foreign, jwt } of REFUSALS) {
  test(`the token endpoint answers ${error} to ${made}`, async () => {
    await using emulator = await startEmulator({ strict: { keys: strict } });
    const account = { ...emulator.credentials.fcm };
    if (foreign)
      account.private_key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
        type: 'pkcs8',
        format: 'pem',
      });
    const { status, body } = await fetchToken(emulator, jwt ?? assertion(account, claims, header), grant);
    assert.equal(status, 400);
    assert.equal((body as { error: string }).error, error);
  });
}

test('any key may sign by default, and Google’s own audience is good', async () => {
  await using emulator = await startEmulator();
  const key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  });
  const account = { ...emulator.credentials.fcm, private_key: key, client_email: 'me@example.com' };
  const { status } = await fetchToken(
    emulator,
    assertion(account, { aud: 'https://oauth2.googleapis.com/token' }),
  );
  assert.equal(status, 200);
});

test('the token endpoint can fail, answer HTML, and issue tokens of short life', async () => {
  await using emulator = await startEmulator();
  emulator.faults.set([
    { gateway: 'oauth', fault: 'http', status: 503, retryAfterSeconds: 5, times: 1 },
    { gateway: 'oauth', fault: 'http', reason: 'invalid_grant', times: 1 },
    { gateway: 'oauth', fault: 'not-json', times: 1 },
    { gateway: 'oauth', fault: 'rst', times: 1 },
    { gateway: 'oauth', fault: 'expires-in', seconds: 0, times: 1 },
  ]);
  const down = await fetchToken(emulator);
  assert.deepEqual([down.status, down.headers['retry-after']], [503, '5']);
  const refused = await fetchToken(emulator);
  assert.deepEqual([refused.status, (refused.body as { error: string }).error], [400, 'invalid_grant']);
  assert.match((await fetchToken(emulator)).text, /^<!DOCTYPE html>/);
  await assert.rejects(fetchToken(emulator), { code: 'ECONNRESET' });
  const { body } = await fetchToken(emulator);
  assert.equal((body as { expires_in: number }).expires_in, 0);
  assert.equal(
    (await sendFcm(emulator, (body as { access_token: string }).access_token, MESSAGE)).status,
    401,
  );
});

// --- faults of the connection

test('over HTTP/2: GOAWAY as FCM words it, streams refused, answers lost', async () => {
  await using emulator = await startEmulator();
  const headers = { ':path': new URL(sendUrl(emulator)).pathname, authorization: 'Bearer x' };
  const body = JSON.stringify({ message: MESSAGE });
  const play = async (rule: Omit<FaultRule, 'gateway'>) => {
    emulator.faults.set([{ gateway: 'fcm', ...rule, times: 1 }]);
    emulator.forgetPhones();
    const wire = await connect(emulator.fcm.url, emulator.ca);
    const answer = await wire.request(headers, body);
    if (rule.fault !== 'reset-stream') await wire.closed;
    wire.session.destroy();
    return {
      status: answer.status,
      code: answer.code,
      error: answer.error,
      away: wire.aways[0],
      received: emulator.phone(DEVICE).received,
    };
  };
  assert.deepEqual(await play({ fault: 'goaway', reason: 'session_timed_out' }), {
    status: 200,
    code: 0,
    error: undefined,
    away: { code: 0, lastStream: 1, debug: 'session_timed_out' },
    received: 1,
  });
  const calm = await play({ fault: 'goaway', code: 11, reason: 'too_many_pings' });
  assert.deepEqual(
    [calm.status, calm.away?.code, calm.away?.debug, calm.received],
    [undefined, 11, 'too_many_pings', 0],
  );
  const above = await play({ fault: 'goaway', refuse: true });
  assert.deepEqual([above.status, above.code, above.away?.code, above.received], [undefined, 7, 0, 0]);
  assert.deepEqual((await play({ fault: 'reset-stream' })).code, 7);
  const lost = await play({ fault: 'answer-lost' });
  assert.deepEqual([lost.status, lost.error, lost.received], [undefined, 'ECONNRESET', 1]);
  assert.equal((await play({ fault: 'fin' })).status, undefined);
});

test('over HTTP/1.1: reset, closed, lost, slow and sent away', async () => {
  await using emulator = await startEmulator();
  const play = (rule: Omit<FaultRule, 'gateway'>) => {
    emulator.faults.set([{ gateway: 'fcm', ...rule, times: 1 }]);
    emulator.forgetPhones();
    return sendFcm(emulator, 'x', MESSAGE);
  };
  for (const fault of ['rst', 'fin', 'reset-stream'] as const) {
    await assert.rejects(play({ fault }), { code: 'ECONNRESET' });
    assert.equal(emulator.phone(DEVICE).received, 0);
  }
  await assert.rejects(play({ fault: 'answer-lost' }), { code: 'ECONNRESET' });
  assert.equal(emulator.phone(DEVICE).received, 1);
  const away = await play({ fault: 'goaway' });
  assert.deepEqual([away.status, away.headers['connection']], [200, 'close']);
  const html = await play({ fault: 'not-json', status: 502 });
  assert.deepEqual([html.status, html.body], [502, undefined]);
  const began = performance.now();
  assert.equal((await play({ fault: 'slow', delayMs: 150 })).status, 200);
  assert.ok(performance.now() - began >= 145);
});
