// The token endpoint of the emulated FCM: what it exchanges for an access token, and every refusal.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { assertion, fetchToken, sendFcm } from './senders.ts';

const DEVICE = 'dEvice:APA91bE-token_1';
const MESSAGE = { token: DEVICE, data: { title: 'Ann', body: 'Hello' } };

test('the token endpoint exchanges a signed assertion for a one-hour access token', async () => {
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
  { made: 'a string that is not a JWT', error: 'invalid_grant', jwt: 'me' },
  { made: 'another algorithm', error: 'invalid_grant', header: { alg: 'HS256' } },
  { made: 'no issuer', error: 'invalid_grant', claims: { iss: undefined } },
  { made: 'another audience', error: 'invalid_grant', claims: { aud: 'https://example.com/token' } },
  { made: 'no expiry', error: 'invalid_grant', claims: { exp: undefined } },
  {
    made: 'an expiry in the past',
    error: 'invalid_grant',
    claims: { iat: seconds() - 7200, exp: seconds() - 3600 },
  },
  { made: 'a lifetime of more than an hour', error: 'invalid_grant', claims: { exp: seconds() + 3700 } },
  {
    made: 'an issue time in the future',
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

test('by default any key may sign, and Google’s own audience is accepted', async () => {
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

test('the token endpoint can fail, answer HTML, and issue short-lived tokens', async () => {
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
