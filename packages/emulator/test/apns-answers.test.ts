// Every row of Apple's table of answers, provoked as a sender would, or by a fault rule if only Apple can cause it.
// Long because it is one table.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createAuthority } from '../src/certificates.ts';
import {
  startEmulator,
  type ApnsKey,
  type Emulator,
  type EmulatorOptions,
  type FaultRule,
} from '@chatpush/emulator';
import { generateKeyPairSync } from 'node:crypto';
import type { OutgoingHttpHeaders } from 'node:http2';
import { ALERT, bearer, connect, providerToken, pushTo, TOKEN, TOPIC, type Wire } from './senders.ts';

const newKey = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });

const KEY: ApnsKey = { keyId: 'KEYFORCHAT', teamId: 'TEAMOFCHAT', key: newKey() };
const signed = (key: ApnsKey, claims: object = {}, header: object = {}): string =>
  `bearer ${providerToken({ keyId: key.keyId, teamId: key.teamId, privateKey: key.key }, claims, header)}`;
const now = (): number => Math.floor(Date.now() / 1000);

interface Row {
  status: number;
  reason: string;
  /** What provokes it; several rows may lead to the same reason. */
  made: string;
  options?: EmulatorOptions;
  prepare?: (emulator: Emulator) => void;
  headers?: OutgoingHttpHeaders | ((emulator: Emulator) => OutgoingHttpHeaders);
  body?: string | Buffer;
  /** A push before this one, on the same connection, that must be accepted. */
  first?: OutgoingHttpHeaders | ((emulator: Emulator) => OutgoingHttpHeaders);
  certificate?: (emulator: Emulator) => { certificate: string; privateKey: string };
  rule?: Omit<FaultRule, 'gateway'>;
}

const long = (bytes: number): string =>
  JSON.stringify({ aps: { alert: 'x'.repeat(bytes - 20) } }).padEnd(bytes);
const withCertificate: OutgoingHttpHeaders = { authorization: undefined };

const ROWS: readonly Row[] = [
  {
    status: 400,
    reason: 'BadCollapseId',
    made: 'a collapse id of 65 bytes',
    headers: { 'apns-collapse-id': `${'ü'.repeat(32)}x` },
  },
  {
    status: 400,
    reason: 'BadDeviceToken',
    made: 'a token that is not hexadecimal',
    headers: { ':path': '/3/device/xyz' },
  },
  {
    status: 400,
    reason: 'BadDeviceToken',
    made: 'an unknown token in strict mode',
    options: { strict: { tokens: true } },
  },
  {
    status: 400,
    reason: 'BadDeviceToken',
    made: 'a token of the other environment',
    prepare: (emulator) => emulator.install(TOKEN, { deviceType: 'APNS_SANDBOX', app: TOPIC }),
  },
  {
    status: 400,
    reason: 'BadExpirationDate',
    made: 'an expiration that is not a number',
    headers: { 'apns-expiration': 'tomorrow' },
  },
  { status: 400, reason: 'BadMessageId', made: 'an id that is not a UUID', headers: { 'apns-id': '1234' } },
  { status: 400, reason: 'BadPriority', made: 'a priority of 7', headers: { 'apns-priority': '7' } },
  {
    status: 400,
    reason: 'BadPriority',
    made: 'a background push at priority 10',
    headers: { 'apns-push-type': 'background', 'apns-priority': '10' },
  },
  { status: 400, reason: 'BadTopic', made: 'a topic with spaces', headers: { 'apns-topic': 'com example' } },
  {
    status: 400,
    reason: 'BadTopic',
    made: 'a topic without the suffix of its push type',
    headers: { 'apns-push-type': 'voip' },
  },
  {
    status: 400,
    reason: 'BadTopic',
    made: 'an alert to a VoIP topic',
    headers: { 'apns-topic': `${TOPIC}.voip` },
  },
  {
    status: 400,
    reason: 'DeviceTokenNotForTopic',
    made: 'a token of another app',
    prepare: (emulator) => emulator.install(TOKEN, { deviceType: 'APNS', app: 'com.example.other' }),
  },
  {
    status: 400,
    reason: 'DuplicateHeaders',
    made: 'a header field sent twice',
    headers: { 'apns-topic': [TOPIC, TOPIC] },
  },
  { status: 400, reason: 'IdleTimeout', made: 'a rule', rule: { fault: 'http', reason: 'IdleTimeout' } },
  {
    status: 400,
    reason: 'InvalidPushType',
    made: 'a push type Apple does not know',
    headers: { 'apns-push-type': 'shout' },
  },
  {
    status: 400,
    reason: 'MissingDeviceToken',
    made: 'a path without a token',
    headers: { ':path': '/3/device/' },
  },
  { status: 400, reason: 'MissingTopic', made: 'no topic', headers: { 'apns-topic': undefined } },
  { status: 400, reason: 'PayloadEmpty', made: 'no body', body: '' },
  {
    status: 400,
    reason: 'TopicDisallowed',
    made: 'a topic that is not the key’s',
    options: { strict: { keys: { apns: [{ ...KEY, topics: ['com.example.other'] }] } } },
    headers: { authorization: signed(KEY) },
  },
  {
    status: 400,
    reason: 'TopicDisallowed',
    made: 'a topic that is not the certificate’s',
    headers: withCertificate,
    certificate: (emulator) => emulator.providerCertificate('com.example.other'),
  },
  { status: 400, reason: 'BadRequestPayload', made: 'a body that is not JSON', body: '{"aps"' },
  { status: 400, reason: 'BadRequestPayload', made: 'a body that is not an object', body: '[1]' },
  {
    status: 403,
    reason: 'BadCertificate',
    made: 'a certificate of another authority in strict mode',
    options: { strict: { keys: true } },
    headers: withCertificate,
    certificate: () => createAuthority(Date.now()).issueProvider(`Apple Push Services: ${TOPIC}`, TOPIC),
  },
  {
    status: 403,
    reason: 'BadCertificateEnvironment',
    made: 'a development certificate at the production gateway',
    headers: withCertificate,
    certificate: (emulator) => emulator.providerCertificate(TOPIC, 'development'),
  },
  {
    status: 403,
    reason: 'BadEnvironmentKeyIdInToken',
    made: 'a key of the other environment',
    options: { strict: { keys: { apns: [{ ...KEY, environments: ['development'] }] } } },
    headers: { authorization: signed(KEY) },
  },
  {
    status: 403,
    reason: 'ExpiredProviderToken',
    made: 'a token older than an hour',
    headers: { authorization: signed(KEY, { iat: now() - 3700 }) },
  },
  { status: 403, reason: 'Forbidden', made: 'a rule', rule: { fault: 'http', reason: 'Forbidden' } },
  { status: 403, reason: 'InvalidProviderToken', made: 'no JWT', headers: { authorization: 'bearer me' } },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'another scheme',
    headers: { authorization: signed(KEY).replace('bearer', 'basic') },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'RS256',
    headers: { authorization: signed(KEY, {}, { alg: 'RS256' }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'no key id',
    headers: { authorization: signed(KEY, {}, { kid: undefined }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'no team',
    headers: { authorization: signed(KEY, { iss: undefined }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'no time',
    headers: { authorization: signed(KEY, { iat: undefined }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'a time more than an hour ahead',
    headers: { authorization: signed(KEY, { iat: now() + 3700 }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'an unknown key in strict mode',
    options: { strict: { keys: true } },
    headers: { authorization: signed(KEY) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'another key’s signature in strict mode',
    options: { strict: { keys: { apns: [KEY] } } },
    headers: { authorization: signed({ ...KEY, key: newKey() }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'a registered key under another team in strict mode',
    options: { strict: { keys: { apns: [KEY] } } },
    headers: { authorization: signed({ ...KEY, teamId: 'OTHERTEAM1' }) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'a key that was revoked',
    prepare: (emulator) => emulator.revokeKey(KEY.keyId),
    headers: { authorization: signed(KEY) },
  },
  {
    status: 403,
    reason: 'InvalidProviderToken',
    made: 'another team on a bound connection',
    first: { authorization: signed(KEY) },
    headers: { authorization: signed({ ...KEY, teamId: 'OTHERTEAM1' }) },
  },
  {
    status: 403,
    reason: 'MissingProviderToken',
    made: 'no authorization',
    headers: { authorization: undefined },
  },
  {
    status: 403,
    reason: 'UnrelatedKeyIdInToken',
    made: 'another key on a bound connection',
    first: { authorization: signed(KEY) },
    headers: { authorization: signed({ ...KEY, keyId: 'OTHERKEY01' }) },
  },
  { status: 404, reason: 'BadPath', made: 'another path', headers: { ':path': '/2/device/ab' } },
  { status: 405, reason: 'MethodNotAllowed', made: 'PUT', headers: { ':method': 'PUT' } },
  {
    status: 410,
    reason: 'Unregistered',
    made: 'an uninstalled app',
    prepare: (emulator) => emulator.phone(TOKEN).uninstall(1_700_000_000_123),
  },
  {
    status: 410,
    reason: 'ExpiredToken',
    made: 'a rule',
    rule: { fault: 'http', reason: 'ExpiredToken', timestamp: 1_700_000_000_123 },
  },
  { status: 413, reason: 'PayloadTooLarge', made: '4,097 bytes', body: long(4097) },
  {
    status: 413,
    reason: 'PayloadTooLarge',
    made: '5,121 bytes of VoIP',
    body: long(5121),
    headers: { 'apns-push-type': 'voip', 'apns-topic': `${TOPIC}.voip` },
  },
  { status: 413, reason: 'PayloadTooLarge', made: 'a megabyte', body: long(1_000_000) },
  {
    status: 429,
    reason: 'TooManyProviderTokenUpdates',
    made: 'a third provider token within 20 minutes',
    first: { authorization: signed(KEY, { iat: now() - 2 }) },
    headers: { authorization: signed(KEY, { iat: now() - 1 }) },
  },
  {
    status: 429,
    reason: 'TooManyRequests',
    made: 'one device getting more than its rate',
    rule: { fault: 'quota', per: 'device', limit: 0 },
  },
  { status: 500, reason: 'InternalServerError', made: 'a rule', rule: { fault: 'http', status: 500 } },
  { status: 503, reason: 'ServiceUnavailable', made: 'a rule', rule: { fault: 'http', status: 503 } },
  { status: 503, reason: 'Shutdown', made: 'a rule', rule: { fault: 'http', reason: 'Shutdown' } },
];

const headersOf = (headers: Row['headers'], emulator: Emulator): OutgoingHttpHeaders =>
  typeof headers === 'function' ? headers(emulator) : (headers ?? {});

async function accept(wire: Wire, emulator: Emulator, headers: OutgoingHttpHeaders): Promise<void> {
  const { status, text } = await wire.request(pushTo(emulator, TOKEN, headers), JSON.stringify(ALERT));
  assert.equal(status, 200, text);
}

for (const row of ROWS) {
  test(`APNs answers ${row.status} ${row.reason} to ${row.made}`, async () => {
    await using emulator = await startEmulator(row.options);
    row.prepare?.(emulator);
    const certificate = row.certificate?.(emulator);
    const tls = certificate && { cert: certificate.certificate, key: certificate.privateKey };
    await using wire = await connect(emulator.apns.url, emulator.ca, tls);
    if (row.first !== undefined) await accept(wire, emulator, headersOf(row.first, emulator));
    if (row.reason === 'TooManyProviderTokenUpdates')
      await accept(wire, emulator, { authorization: signed(KEY, { iat: now() - 9 }) });
    if (row.rule !== undefined) emulator.faults.add({ gateway: 'apns', ...row.rule });
    const arrived = emulator.phone(TOKEN).received;
    const answered = await wire.request(
      pushTo(emulator, TOKEN, headersOf(row.headers, emulator)),
      row.body ?? JSON.stringify(ALERT),
    );
    assert.equal(answered.status, row.status, answered.text);
    const expected =
      row.status === 410 ? { reason: row.reason, timestamp: 1_700_000_000_123 } : { reason: row.reason };
    assert.deepEqual(answered.body, expected);
    assert.equal(answered.headers['content-type'], 'application/json');
    assert.ok(answered.headers['apns-id']);
    assert.equal(emulator.phone(TOKEN).received, arrived, 'the phone got it anyway');
    const logged = emulator.requests.list().at(-1);
    assert.deepEqual([logged?.status, logged?.verdict, logged?.accepted], [row.status, row.reason, false]);
  });
}

test('the rows cover every reason that Apple documents', async () => {
  const { REASONS } = await import('../src/apns/reasons.ts');
  assert.deepEqual(new Set(ROWS.map(({ reason }) => reason)), new Set(Object.keys(REASONS)));
  for (const { reason, status } of ROWS) assert.equal(REASONS[reason as keyof typeof REASONS], status);
});

test('every push type goes to its own topic, at any of its priorities', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const suffixes = {
    alert: '',
    background: '',
    complication: '.complication',
    controls: '.push-type.controls',
    fileprovider: '.pushkit.fileprovider',
    liveactivity: '.push-type.liveactivity',
    location: '.location-query',
    mdm: '',
    pushtotalk: '.voip-ptt',
    voip: '.voip',
    widgets: '.push-type.widgets',
  };
  for (const [type, suffix] of Object.entries(suffixes)) {
    for (const priority of ['5', '1', ...(type === 'background' ? [] : ['10'])]) {
      const headers = { 'apns-push-type': type, 'apns-topic': TOPIC + suffix, 'apns-priority': priority };
      await accept(wire, emulator, headers);
    }
  }
});

test('the largest payloads pass: 4,096 bytes, and 5,120 for VoIP', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const usual = await wire.request(pushTo(emulator), long(4096));
  assert.equal(usual.status, 200, usual.text);
  const voip = { 'apns-push-type': 'voip', 'apns-topic': `${TOPIC}.voip` };
  const large = await wire.request(pushTo(emulator, TOKEN, voip), long(5120));
  assert.equal(large.status, 200, large.text);
});

test('an apns-id comes back as it was sent, and is generated if none was sent', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const id = '123e4567-e89b-42d3-a456-426614174000';
  const echoed = await wire.request(pushTo(emulator, TOKEN, { 'apns-id': id }), JSON.stringify(ALERT));
  assert.equal(echoed.headers['apns-id'], id);
  const made = await wire.request(pushTo(emulator), JSON.stringify(ALERT));
  assert.match(String(made.headers['apns-id']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('apns-unique-id comes from the development gateway only', async () => {
  await using emulator = await startEmulator();
  for (const [url, present] of [
    [emulator.apns.url, false],
    [emulator.apnsSandbox.url, true],
  ] as const) {
    await using wire = await connect(url, emulator.ca);
    const { headers } = await wire.request(pushTo(emulator), JSON.stringify(ALERT));
    assert.equal(headers['apns-unique-id'] !== undefined, present);
  }
});

test('a certificate needs neither provider token nor topic', async () => {
  await using emulator = await startEmulator({ strict: { keys: true } });
  const { certificate, privateKey } = emulator.providerCertificate(TOPIC);
  await using wire = await connect(emulator.apns.url, emulator.ca, { cert: certificate, key: privateKey });
  await accept(wire, emulator, { authorization: undefined, 'apns-topic': undefined });
  assert.equal(emulator.phone(TOKEN).notifications[0]?.app, TOPIC);
});

// Regression: Node returns an attribute that occurs twice as a list; the emulator took it for a string and the process crashed.
for (const [what, bundleIds] of [
  ['two names', []],
  ['two user ids', [TOPIC, 'com.example.other']],
] as const) {
  test(`in a certificate with ${what} the first counts`, async () => {
    await using emulator = await startEmulator();
    const names = [`Apple Push Services: ${TOPIC}`, 'Apple Development IOS Push Services: com.example.other'];
    const { certificate, privateKey } = createAuthority(Date.now()).issueProvider(names, bundleIds);
    await using wire = await connect(emulator.apns.url, emulator.ca, { cert: certificate, key: privateKey });
    await accept(wire, emulator, { authorization: undefined, 'apns-topic': undefined });
    assert.equal(emulator.phone(TOKEN).notifications[0]?.app, TOPIC);
  });
}

test('strict mode accepts registered keys and the emulator’s own', async () => {
  await using emulator = await startEmulator({
    strict: { keys: { apns: [{ ...KEY, topics: [TOPIC], environments: ['production'] }] } },
  });
  for (const authorization of [signed(KEY), bearer(emulator)]) {
    await using wire = await connect(emulator.apns.url, emulator.ca);
    await accept(wire, emulator, { authorization });
  }
});

test('iat may be a string in milliseconds, as in Apple’s own sample', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  await accept(wire, emulator, { authorization: signed(KEY, { iat: String(Date.now()) }) });
});

test('one new provider token is allowed per 20 minutes, and an old token may be used again', async () => {
  let time = Date.now();
  await using emulator = await startEmulator({ clock: { now: () => time } });
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const tokens = [1, 2, 3].map((ago) => ({ authorization: signed(KEY, { iat: now() - ago }) }));
  const [first = {}, second = {}, third = {}] = tokens;
  await accept(wire, emulator, first);
  await accept(wire, emulator, second);
  await accept(wire, emulator, first);
  const { body } = await wire.request(pushTo(emulator, TOKEN, third), JSON.stringify(ALERT));
  assert.deepEqual(body, { reason: 'TooManyProviderTokenUpdates' });
  time += 20 * 60_000;
  await accept(wire, emulator, third);
});
