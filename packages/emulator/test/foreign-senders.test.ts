// APNs with third-party senders. They work, and their known weaknesses show, which proves that the faults are realistic. The
// weaknesses are those of the versions in the lock file.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { promisify } from 'node:util';
import apn from '@parse/node-apn';
import { ApnsClient, ApnsError, Notification, SilentNotification } from 'apns2';
import { startEmulator, type Emulator } from '@chatpush/emulator';
import { REASONS } from '../src/apns/reasons.ts';
import { ALERT, bearer, TOKEN, TOPIC } from './senders.ts';

// --- @parse/node-apn

function nodeApn(
  t: TestContext,
  { apns, ca, credentials }: Emulator,
  options: Partial<apn.ProviderOptions> = {},
): apn.Provider {
  const { keyId, teamId, privateKey } = credentials.apns;
  const provider = new apn.Provider({
    token: { key: privateKey, keyId, teamId },
    address: apns.host,
    port: apns.port,
    ca: [ca],
    ...options,
  });
  t.after(() => provider.shutdown());
  return provider;
}

function note(title = 'Ann'): apn.Notification {
  const notification = new apn.Notification();
  notification.topic = TOPIC;
  notification.pushType = 'alert';
  notification.alert = { title, body: 'Hello' };
  return notification;
}

test('@parse/node-apn reaches a phone', async (t) => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const provider = nodeApn(t, emulator);
  const first = await provider.send(note(), 'ef'.repeat(32));
  assert.deepEqual(first.failed, []);
  const { sent, failed } = await provider.send(note(), [TOKEN, 'cd'.repeat(32)]);
  assert.deepEqual(failed, []);
  assert.equal(sent.length, 2);
  for (const token of [TOKEN, 'cd'.repeat(32)]) assert.equal(emulator.phone(token).shown[0]?.title, 'Ann');
});

test('weakness of @parse/node-apn: of several pushes that open a connection, all but one are refused and lost', async (t) => {
  await using emulator = await startEmulator();
  const { sent, failed } = await nodeApn(t, emulator).send(note(), [TOKEN, 'cd'.repeat(32), 'ef'.repeat(32)]);
  assert.deepEqual([sent.length, failed.length], [1, 2]);
  for (const { error } of failed) assert.match(error?.message ?? '', /REFUSED_STREAM/);
  assert.equal(emulator.phones().length, 1);
});

test('@parse/node-apn reaches a phone with a certificate', async (t) => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const { certificate, privateKey } = emulator.providerCertificate(TOPIC);
  const provider = nodeApn(t, emulator, { token: undefined, cert: certificate, key: privateKey });
  const { failed } = await provider.send(note(), TOKEN);
  assert.deepEqual(failed, []);
  assert.equal(emulator.phone(TOKEN).received, 1);
});

test('@parse/node-apn reports every reason Apple documents', async (t) => {
  await using emulator = await startEmulator();
  // Without retries, which the next test covers.
  const provider = nodeApn(t, emulator, { connectionRetryLimit: 0 });
  for (const [reason, status] of Object.entries(REASONS)) {
    emulator.faults.set([{ gateway: 'apns', fault: 'http', reason, timestamp: 1_700_000_000_000 }]);
    const { failed } = await provider.send(note(), TOKEN);
    const { response, error } = failed[0] ?? {};
    // It replaces two of them with its own wording.
    if (reason === 'ExpiredProviderToken') assert.equal(error?.message, reason);
    else if (reason === 'InternalServerError') assert.match(error?.message ?? '', /^Error 500/);
    else assert.deepEqual(response, status === 410 ? { reason, timestamp: 1_700_000_000_000 } : { reason });
  }
});

test('weakness of @parse/node-apn: it ignores Retry-After and retries at once, three times', async (t) => {
  await using emulator = await startEmulator();
  const provider = nodeApn(t, emulator);
  await provider.send(note(), TOKEN); // opens the connection
  const rule = { fault: 'http', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 30 } as const;
  emulator.faults.set([{ gateway: 'apns', ...rule }]);
  const began = performance.now();
  const { failed } = await provider.send(note(), [TOKEN, 'cd'.repeat(32), 'ef'.repeat(32)]);
  assert.equal(failed.length, 3);
  assert.equal(emulator.requests.total - 1, 12);
  assert.ok(performance.now() - began < 30_000, 'it waited between retries');
});

test('weakness of @parse/node-apn: when it retries after a lost answer, the push is duplicated', async (t) => {
  await using emulator = await startEmulator();
  emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 503, times: 1 },
    { gateway: 'apns', fault: 'answer-lost', by: 'silence', times: 1 },
  ]);
  const { sent } = await nodeApn(t, emulator, { requestTimeout: 200 }).send(note(), TOKEN);
  assert.equal(sent.length, 1, 'the application sent one push and got one result');
  assert.equal(emulator.phone(TOKEN).received, 2);
});

test('weakness of @parse/node-apn: a GOAWAY sent twice fails a push that the phone got', async (t) => {
  await using emulator = await startEmulator();
  const provider = nodeApn(t, emulator);
  await provider.send(note(), 'cd'.repeat(32)); // the first opens the connection
  emulator.faults.set([
    { gateway: 'apns', fault: 'slow', delayMs: 300, times: 1 },
    { gateway: 'apns', fault: 'goaway', twice: true, times: 1 },
  ]);
  const slow = provider.send(note(), TOKEN);
  await emulator.phone(TOKEN).waitFor();
  await provider.send(note(), 'ef'.repeat(32));
  const { sent, failed } = await slow;
  assert.deepEqual([sent.length, failed.length], [0, 1]);
  assert.equal(emulator.phone(TOKEN).received, 1);
});

test('weakness of @parse/node-apn: it keeps sending on a silent connection', async (t) => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'apns', fault: 'frozen', times: 1 }]);
  const provider = nodeApn(t, emulator, { requestTimeout: 150 });
  for (let n = 0; n < 3; n++) {
    const { failed } = await provider.send(note(), TOKEN);
    assert.match(failed[0]?.error?.message ?? '', /timeout/i);
  }
  assert.equal(emulator.requests.total, 1, 'the later ones were never read');
});

// --- apns2

/** apns2 has no option for port and CA, but its connection pool is a public member. The README recommends the same. */
function apns2(t: TestContext, { apns, ca, credentials }: Emulator): ApnsClient {
  const { keyId, teamId, privateKey } = credentials.apns;
  const client = new ApnsClient({ team: teamId, keyId, signingKey: privateKey, defaultTopic: TOPIC });
  const Pool = client.client.constructor as new (url: string, options: object) => ApnsClient['client'];
  const options = {
    connections: 32,
    pipelining: 1,
    allowH2: true,
    maxConcurrentStreams: 100,
    connect: { ca },
  };
  Object.assign(client, { client: new Pool(apns.url, options) });
  t.after(() => client.destroy());
  return client;
}

const apns2Note = (token = TOKEN): Notification =>
  new Notification(token, { alert: { title: 'Ann', body: 'Hello' } });

test('apns2 reaches a phone', async (t) => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const client = apns2(t, emulator);
  await client.send(apns2Note());
  assert.equal(emulator.phone(TOKEN).shown[0]?.title, 'Ann');
  await client.send(new SilentNotification(TOKEN));
  assert.equal(emulator.phone(TOKEN).received, 2);
  assert.equal(emulator.phone(TOKEN).shown.length, 1, 'a background push shows nothing');
});

test('apns2 reports every reason Apple documents', async (t) => {
  await using emulator = await startEmulator();
  const client = apns2(t, emulator);
  for (const [reason, status] of Object.entries(REASONS)) {
    emulator.faults.set([{ gateway: 'apns', fault: 'http', reason, timestamp: 1_700_000_000_000 }]);
    const error = await client.send(apns2Note()).catch((error: unknown) => error);
    assert.ok(error instanceof ApnsError, String(error));
    assert.deepEqual([error.statusCode, error.reason], [status, reason]);
    assert.equal(error.timestamp, status === 410 ? 1_700_000_000_000 : undefined);
  }
});

test('weakness of apns2: one stream per connection, so 40 concurrent pushes open 32 connections', async (t) => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'apns', fault: 'slow', delayMs: 300 }]);
  const client = apns2(t, emulator);
  await client.sendMany(Array.from({ length: 40 }, (_, n) => apns2Note(n.toString(16).padStart(64, '0'))));
  assert.equal(new Set(emulator.requests.list().map(({ connection }) => connection)).size, 32);
});

test('weakness of apns2: a gateway that does not answer blocks a push forever', async (t) => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'apns', fault: 'black-hole', times: 1 }]);
  const client = apns2(t, emulator);
  const sending = client.send(apns2Note());
  const outcome = sending.then(
    () => 'settled',
    () => 'settled',
  );
  const second = new Promise((resolve) => setTimeout(resolve, 1000, 'still waiting'));
  assert.equal(await Promise.race([outcome, second]), 'still waiting');
  await client.destroy();
  await assert.rejects(sending);
});

test('weakness of apns2: a graceful GOAWAY fails a push that the phone got', async (t) => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'apns', fault: 'goaway', times: 1 }]);
  await assert.rejects(apns2(t, emulator).send(apns2Note()), /GOAWAY/);
  assert.equal(emulator.phone(TOKEN).received, 1);
});

test('weakness of apns2: it sends no apns-id, so two attempts at one push look like two pushes', async (t) => {
  await using emulator = await startEmulator();
  const client = apns2(t, emulator);
  const notification = apns2Note();
  await client.send(notification);
  await client.send(notification);
  assert.equal(emulator.phone(TOKEN).shown.length, 2);
  for (const { headers } of emulator.phone(TOKEN).notifications) assert.equal(headers['apns-id'], undefined);
});

// --- curl

const run = promisify(execFile);
const curlVersion = await run('curl', ['-V']).then(
  ({ stdout }) => stdout,
  () => '',
);
const skip = /\bHTTP2\b/.test(curlVersion) ? false : 'curl with HTTP/2 is not installed';

test('curl reaches a phone over HTTP/2, and reads the reason of a refusal', { skip }, async () => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const folder = await mkdtemp(join(tmpdir(), 'emulator-'));
  try {
    const ca = join(folder, 'ca.pem');
    await writeFile(ca, emulator.ca);
    const curl = async (token: string): Promise<string> => {
      const fields = { authorization: bearer(emulator), 'apns-topic': TOPIC, 'apns-push-type': 'alert' };
      const headers = Object.entries(fields).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
      const url = `${emulator.apns.url}/3/device/${token}`;
      const format = ['-sS', '-w', ' %{http_code} %{http_version}'];
      return (
        await run('curl', [
          ...format,
          '--http2',
          '--cacert',
          ca,
          ...headers,
          '-d',
          JSON.stringify(ALERT),
          url,
        ])
      ).stdout;
    };
    assert.equal(await curl(TOKEN), ' 200 2');
    assert.equal(emulator.phone(TOKEN).shown[0]?.title, 'Ann');
    assert.equal(await curl('no-token'), '{"reason":"BadDeviceToken"} 400 2');
  } finally {
    await rm(folder, { recursive: true });
  }
});
