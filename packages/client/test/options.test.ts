// Region, endpoint and credentials: their sources, and the errors if they are missing.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ChatpushError, createClient, generateClientToken } from '@chatpush/client';
import { uuidFromRandom } from '../src/client-token.ts';
import { resolveEndpoint, resolveRegion } from '../src/endpoint.ts';
import { CREATE, CREDENTIALS, clientOf, errorOf } from './calls.ts';
import { REGISTERED, inTurn, refuse, startRecordingServer } from './recording-server.ts';
import { assertSigned } from './verify-signature.ts';

const VARIABLES = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_CONNECT',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
];

/** Runs with these environment variables and without the other relevant ones. */
function withEnvironment<T>(values: Record<string, string>, run: () => T): T {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, values);
  try {
    return run();
  } finally {
    for (const [name, value] of before)
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
  }
}

describe('the endpoint', () => {
  const cases: readonly (readonly [string, Record<string, string>, string | undefined, string, string])[] = [
    [
      'is Amazon Connect in the region',
      {},
      undefined,
      'eu-west-2',
      'https://connect.eu-west-2.amazonaws.com',
    ],
    [
      'has its own suffix in China',
      {},
      undefined,
      'cn-north-1',
      'https://connect.cn-north-1.amazonaws.com.cn',
    ],
    [
      'is the common one in GovCloud',
      {},
      undefined,
      'us-gov-west-1',
      'https://connect.us-gov-west-1.amazonaws.com',
    ],
    ["is AWS_ENDPOINT_URL's", { AWS_ENDPOINT_URL: 'http://all:1' }, undefined, 'us-east-1', 'http://all:1'],
    [
      "is the service's own variable's before that",
      { AWS_ENDPOINT_URL: 'http://all:1', AWS_ENDPOINT_URL_CONNECT: 'http://one:2' },
      undefined,
      'us-east-1',
      'http://one:2',
    ],
    [
      "is the option's before all",
      { AWS_ENDPOINT_URL_CONNECT: 'http://one:2' },
      'http://mine:3/',
      'us-east-1',
      'http://mine:3',
    ],
  ];
  for (const [what, environment, option, region, expected] of cases)
    test(what, () => {
      const { origin, basePath } = withEnvironment(environment, () => resolveEndpoint(option, region));
      assert.equal(`${origin}${basePath}`, expected);
    });

  test('may have a path, which is signed too', async () => {
    await using server = await startRecordingServer();
    const client = createClient({
      region: 'us-east-1',
      endpoint: new URL(`${server.url}/push/v1/`),
      credentials: CREDENTIALS,
    });
    await client.createPushNotificationRegistration(CREATE);
    assert.equal(server.requests[0]!.target, `/push/v1/push-notification/${CREATE.instanceId}/registrations`);
    assertSigned(server.requests[0]!, CREDENTIALS.secretAccessKey);
  });

  for (const wrong of [
    '',
    'localhost:4100',
    '127.0.0.1',
    'ftp://x/',
    'http://x/?a=b',
    'http://x/#a',
    'http://u:p@x/',
  ])
    test(`cannot be ${JSON.stringify(wrong)}`, () => {
      assert.throws(
        () => createClient({ region: 'us-east-1', endpoint: wrong, credentials: CREDENTIALS }),
        TypeError,
      );
    });
});

describe('the region', () => {
  test('comes from the option, AWS_REGION, AWS_DEFAULT_REGION, in this order', () => {
    const environment = { AWS_REGION: 'b', AWS_DEFAULT_REGION: 'c' };
    assert.equal(
      withEnvironment(environment, () => resolveRegion('a')),
      'a',
    );
    assert.equal(
      withEnvironment(environment, () => resolveRegion(undefined)),
      'b',
    );
    assert.equal(
      withEnvironment({ AWS_DEFAULT_REGION: 'c' }, () => resolveRegion(undefined)),
      'c',
    );
    assert.throws(() => withEnvironment({}, () => resolveRegion(undefined)), /createClient\(\{ region \}\)/);
    for (const wrong of ['', 'us east', 'a/b', 'evil.example#'])
      assert.throws(() => resolveRegion(wrong), /Not a region/);
  });
});

describe('credentials', () => {
  test('come from the environment if none are given', async () => {
    await using server = await startRecordingServer();
    const environment = {
      AWS_ACCESS_KEY_ID: 'AKENV',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    };
    const client = withEnvironment(environment, () =>
      createClient({ region: 'us-east-1', endpoint: server.url }),
    );
    await client.createPushNotificationRegistration(CREATE);
    const [request] = server.requests;
    assert.match(request!.headers.authorization!, /Credential=AKENV\//);
    assert.equal(request!.headers['x-amz-security-token'], 'session');
    assert.ok(assertSigned(request!, 'secret').includes('x-amz-security-token'));
  });

  test('that are missing are an immediate error that says what to do', () => {
    const create = () =>
      withEnvironment({}, () => createClient({ region: 'us-east-1', endpoint: 'http://x' }));
    assert.throws(create, /No credentials: pass createClient\(\{ credentials \}\)/);
  });

  for (const [what, wrong] of [
    ['a key with a slash', { accessKeyId: 'a/b', secretAccessKey: 's' }],
    ['a key with a line feed', { accessKeyId: 'a\nb', secretAccessKey: 's' }],
    ['an empty key', { accessKeyId: '', secretAccessKey: 's' }],
    ['an empty secret', { accessKeyId: 'a', secretAccessKey: '' }],
    ['a session token with a line feed', { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 'x\ny: z' }],
  ] as const)
    test(`with ${what} are refused and not quoted in the message`, () => {
      assert.throws(
        () => createClient({ region: 'us-east-1', credentials: wrong }),
        (error: Error) => error instanceof TypeError && !error.message.includes('\n'),
      );
    });

  test('from a function are fetched once and kept, even with concurrent calls', async () => {
    await using server = await startRecordingServer();
    let asked = 0;
    const client = clientOf(server, {
      credentials: async () => {
        asked++;
        return Promise.resolve(CREDENTIALS);
      },
    });
    await Promise.all([1, 2, 3].map(() => client.createPushNotificationRegistration(CREATE)));
    await client.createPushNotificationRegistration(CREATE);
    assert.equal(asked, 1);
  });

  test('are renewed five minutes before they expire', async () => {
    await using server = await startRecordingServer();
    let now = Date.now();
    let asked = 0;
    const client = clientOf(server, {
      now: () => now,
      credentials: () => ({
        ...CREDENTIALS,
        accessKeyId: `key${++asked}`,
        expiration: new Date(now + 3_600_000),
      }),
    });
    for (const laterMs of [0, 54 * 60_000, 60_000 + 1]) {
      now += laterMs;
      await client.createPushNotificationRegistration(CREATE);
    }
    const keys = server.requests.map(
      (request) => /Credential=(\w+)/.exec(request.headers.authorization!)![1],
    );
    assert.deepEqual(keys, ['key1', 'key1', 'key2']);
  });

  test('that the service rejects as expired are fetched again, once', async () => {
    const expired = refuse(
      403,
      'ExpiredTokenException',
      'The security token included in the request is expired',
    );
    await using server = await startRecordingServer(inTurn(expired, REGISTERED));
    let asked = 0;
    const client = clientOf(server, {
      credentials: () => ({ ...CREDENTIALS, accessKeyId: `key${++asked}` }),
    });
    await client.createPushNotificationRegistration(CREATE);
    assert.deepEqual([asked, server.requests.length], [2, 2]);

    server.respond = expired;
    const fixed = await errorOf(clientOf(server).createPushNotificationRegistration(CREATE));
    assert.ok(fixed instanceof ChatpushError);
    assert.deepEqual([fixed.name, fixed.attempts], ['ExpiredTokenException', 1]);
  });

  test('that cannot be fetched are a CredentialsError; the next call tries again', async () => {
    await using server = await startRecordingServer();
    const cause = new Error('no profile');
    let asked = 0;
    const client = clientOf(server, {
      credentials: () => {
        if (asked++ === 0) throw cause;
        return CREDENTIALS;
      },
    });
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.deepEqual(
      [error.name, error.fault, error.cause, server.requests.length],
      ['CredentialsError', 'client', cause, 0],
    );
    await client.createPushNotificationRegistration(CREATE);
  });

  test('are a CredentialsError if the function returns something else', async () => {
    await using server = await startRecordingServer();
    const client = clientOf(server, { credentials: (() => undefined) as never });
    const error = await errorOf(client.createPushNotificationRegistration(CREATE));
    assert.ok(error instanceof ChatpushError);
    assert.equal(
      error.message,
      'No credentials to sign with: credentials must be an object, or a function that returns one',
    );
  });
});

test('nonsensical numbers are refused', () => {
  for (const wrong of [
    { maxAttempts: 0 },
    { maxAttempts: 1.5 },
    { attemptTimeoutMs: 0 },
    { attemptTimeoutMs: 2 ** 31 },
    { attemptTimeoutMs: Number.NaN },
  ])
    assert.throws(() => createClient({ region: 'us-east-1', credentials: CREDENTIALS, ...wrong }), TypeError);
});

describe('generateClientToken', () => {
  const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

  test('returns a new version 4 UUID each time', () => {
    const tokens = Array.from({ length: 1000 }, generateClientToken);
    for (const token of tokens) assert.match(token, UUID_V4);
    assert.equal(new Set(tokens).size, 1000);
  });

  test('works without crypto.randomUUID', () => {
    assert.match(uuidFromRandom(new Uint8Array(16)), UUID_V4);
    assert.equal(uuidFromRandom(new Uint8Array(16).fill(255)), 'ffffffff-ffff-4fff-bfff-ffffffffffff');
    assert.equal(uuidFromRandom(new Uint8Array(16)), '00000000-0000-4000-8000-000000000000');
  });
});
