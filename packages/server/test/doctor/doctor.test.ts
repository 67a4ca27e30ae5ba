// The doctor names the problem of a credential as far as the gateway's answer shows it, and reports none of these as healthy.
//
// Tested against the emulator, which interprets Apple's and Google's documents as we do. docs/guides/troubleshooting.md says
// which of these are unconfirmed at a real gateway. Malformed credentials never get this far: test/config/credentials.test.ts.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Emulator, EmulatorOptions, FaultRule } from '@chatpush/emulator';
import { doctor } from '../../src/cli/doctor.ts';
import { diagnose } from '../../src/doctor/diagnoses.ts';
import { APNS_ANSWERS } from '../../src/gateways/apns/answers.ts';
import { PEM, providerCertificate } from '../config/keys.ts';
import { ARN } from '../config/settings-folder.ts';
import { generateKeyPairSync } from 'node:crypto';
import { ok, startPeer } from '../gateways/peer.ts';
import type { PeerOptions, PeerRequest } from '../gateways/peer.ts';
import { channelsAt, settingsWith, strictEmulator } from './accounts.ts';
import { startConnectProxy } from './connect-proxy.ts';

type Channels = ReturnType<typeof channelsAt>;

interface Setting {
  readonly channels: object;
  readonly more?: object;
}

async function run(t: TestContext, { channels, more }: Setting): Promise<{ code: number; said: string }> {
  let said = '';
  const code = await doctor([], settingsWith(t, channels, more), (text) => {
    said += text;
  });
  return { code, said };
}

const another = {
  p8: generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
    type: 'pkcs8',
    format: 'pem',
  }),
};
const foreign = await providerCertificate('com.example.chat');
const HOURS = 3_600_000;
const shifted = (ms: number): EmulatorOptions => ({
  clock: { now: () => Date.now() + ms },
});

describe('healthy channels', () => {
  const cases: [string, (at: Channels, t: TestContext, emulator: Emulator) => Setting | Promise<Setting>][] =
    [
      ['with a key', (at) => ({ channels: { APNS: at.apns() } })],
      ['of the development environment', (at) => ({ channels: { APNS_SANDBOX: at.sandbox() } })],
      [
        'with a certificate',
        (at, _, emulator) => ({
          channels: {
            APNS: at.apns({
              keyId: undefined,
              teamId: undefined,
              ...emulator.providerCertificate('com.example.chat'),
            }),
          },
        }),
      ],
      ['with a service account', (at) => ({ channels: { GCM: at.fcm() } })],
      [
        'on Apple’s other port',
        (at, _, { apns }) => ({
          channels: { APNS: at.apns({ url: `https://${apns.host}:${apns.alternatePort}` }) },
        }),
      ],
      [
        'through a proxy',
        async (at, t) => ({
          channels: { APNS: at.apns(), GCM: at.fcm() },
          more: { proxy: (await startConnectProxy(t)).url },
        }),
      ],
      [
        'through a proxy with a password',
        async (at, t) => ({
          channels: { APNS: at.apns(), GCM: at.fcm() },
          more: { proxy: (await startConnectProxy(t, { password: 'p@ss:wörd' })).url },
        }),
      ],
    ];
  for (const [name, setting] of cases)
    test(`${name} are reported as healthy, and no phone gets a push`, async (t) => {
      const emulator = await strictEmulator(t);
      const { code, said } = await run(t, await setting(channelsAt(emulator), t, emulator));
      assert.equal(code, 0, said);
      assert.match(said, /: healthy\n/);
      assert.match(said, /Only a real device shows .*: use chatpush send/);
      assert.deepEqual(
        emulator.phones().flatMap(({ notifications }) => notifications),
        [],
      );
    });
});

interface Broken {
  readonly channels: (at: Channels, emulator: Emulator) => object;
  readonly emulator?: EmulatorOptions;
  readonly faults?: readonly FaultRule[];
  readonly proxy?: (t: TestContext) => Promise<string>;
  readonly says: RegExp;
  readonly state?: 'unclear';
}

const byCertificate = (at: Channels, made: object): object => ({
  APNS: at.apns({ keyId: undefined, teamId: undefined, ...made }),
});
const refusal = (gateway: 'apns' | 'fcm' | 'oauth', reason: string, status?: number): FaultRule[] => [
  { gateway, fault: 'http', reason, ...(status && { status }) },
];

const BROKEN: Readonly<Record<string, Broken>> = {
  'a key with the wrong team': {
    channels: (at) => ({ APNS: at.apns({ teamId: 'OTHERTEAM1' }) }),
    says: /key id, team id and key do not match/,
  },
  'a key that was revoked': {
    channels: (at) => ({ APNS: at.apns({ keyId: 'REVOKED001' }) }),
    says: /the key was revoked/,
  },
  'another key under this id': {
    channels: (at) => ({ APNS: at.apns({ privateKey: another.p8 }) }),
    says: /do not match/,
  },
  'a key limited to another topic': {
    channels: (at) => ({ APNS: at.apns({ keyId: 'TOPICKEY01' }) }),
    says: /may not send to this topic/,
  },
  'an unknown topic': {
    channels: (at) => ({ APNS: at.apns() }),
    faults: refusal('apns', 'BadTopic'),
    says: /Apple does not know this topic/,
  },
  'a key of the other environment': {
    channels: (at) => ({ APNS_SANDBOX: at.sandbox({ keyId: 'PRODKEY001' }) }),
    says: /key is for the other environment/,
  },
  'a clock an hour and a half slow, at Apple': {
    channels: (at) => ({ APNS: at.apns() }),
    emulator: shifted(1.7 * HOURS),
    says: /this machine’s clock is slow/,
  },
  'a clock two hours fast, at Apple': {
    channels: (at) => ({ APNS: at.apns() }),
    emulator: shifted(-2 * HOURS),
    says: /this machine’s clock is wrong/,
  },
  'a certificate of the other environment': {
    channels: (at, emulator) =>
      byCertificate(at, emulator.providerCertificate('com.example.chat', 'development')),
    says: /certificate is for the other environment/,
  },
  'a certificate of the other environment, told by GOAWAY': {
    channels: (at, emulator) => byCertificate(at, emulator.providerCertificate('com.example.chat')),
    faults: [{ gateway: 'apns', fault: 'goaway', reason: 'BadCertificateEnvironment', refuse: true }],
    says: /certificate is for the other environment/,
  },
  'a certificate of another app': {
    channels: (at, emulator) => byCertificate(at, emulator.providerCertificate('com.example.other')),
    says: /may not send to this topic/,
  },
  'a certificate that Apple does not know': {
    channels: (at, emulator) => byCertificate(at, emulator.providerCertificate('com.example.chat')),
    faults: refusal('apns', 'BadCertificate'),
    says: /Apple does not accept the certificate/,
  },
  'a certificate of an authority that is not Apple’s': {
    channels: (at) => byCertificate(at, foreign),
    says: /Apple does not accept the certificate/,
  },
  'a right that the key lacks': {
    channels: (at) => ({ APNS: at.apns() }),
    faults: refusal('apns', 'Forbidden'),
    says: /Apple refuses this action/,
  },
  'a key that something else signs with, too': {
    channels: (at) => ({ APNS: at.apns() }),
    faults: refusal('apns', 'TooManyProviderTokenUpdates'),
    says: /too many signatures by this key/,
  },
  'a reason nobody has documented': {
    channels: (at) => ({ APNS: at.apns() }),
    faults: refusal('apns', 'SomethingNew', 403),
    says: /for an undocumented reason/,
  },
  'an authority that nobody trusts': {
    channels: (at) => ({ APNS: at.apns({ ca: undefined }) }),
    says: /untrusted authority/,
  },
  'a name that cannot be found': {
    channels: (at) => ({ APNS: at.apns({ url: 'https://gateway.invalid' }) }),
    says: /host name cannot be resolved/,
  },
  'a port where nobody listens': {
    channels: (at) => ({ APNS: at.apns({ url: 'https://127.0.0.1:1' }) }),
    says: /gateway cannot be reached/,
  },
  'something that does not speak TLS': {
    channels: (at, { url }) => ({ APNS: at.apns({ url: url.replace('http:', 'https:') }) }),
    says: /does not speak HTTP\/2 over TLS/,
  },
  'a proxy that wants a password': {
    channels: (at) => ({ APNS: at.apns() }),
    proxy: async (t) => (await startConnectProxy(t, { password: 'hush' })).url.replace('hush', 'wrong'),
    says: /proxy requires a user and a password/,
  },
  'a proxy that refuses': {
    channels: (at) => ({ APNS: at.apns() }),
    proxy: async (t) => (await startConnectProxy(t, { status: 403 })).url,
    says: /proxy refuses to connect/,
  },
  'a proxy that is not there': {
    channels: (at) => ({ APNS: at.apns() }),
    proxy: () => Promise.resolve('http://127.0.0.1:1'),
    says: /proxy cannot be reached/,
  },
  'a proxy that is something else': {
    channels: (at) => ({ APNS: at.apns() }),
    proxy: async (t) => {
      const mail = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n'));
      await once(mail.listen(0, '127.0.0.1'), 'listening');
      t.after(() => mail.close());
      return `http://127.0.0.1:${(mail.address() as AddressInfo).port}`;
    },
    says: /server in "proxy" does not speak HTTP/,
  },
  'a gateway that is broken': {
    channels: (at) => ({ APNS: at.apns() }),
    faults: refusal('apns', 'InternalServerError'),
    says: /busy or broken/,
    state: 'unclear',
  },
  'a service account that was deleted': {
    channels: (at) => ({ GCM: at.fcm({}, { client_email: 'gone@a-project.iam.gserviceaccount.com' }) }),
    says: /does not know this service account: it was deleted/,
  },
  'a key of the service account that was deleted': {
    channels: (at) => ({ GCM: at.fcm({}, { private_key: another.rsa }) }),
    says: /this key of the service account was deleted/,
  },
  'a service account of another project': {
    channels: (at) => ({ GCM: at.fcm({}, { project_id: 'another-project' }) }),
    says: /not allowed to send in this project|project of the service account does not exist/,
  },
  'an API that is off': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: refusal('fcm', 'PERMISSION_DENIED', 403),
    says: /Cloud Messaging API is disabled there/,
  },
  'a clock two hours slow, at Google': {
    channels: (at) => ({ GCM: at.fcm() }),
    emulator: shifted(2 * HOURS),
    says: /this machine’s clock is off/,
  },
  'a clock two hours fast, at Google': {
    channels: (at) => ({ GCM: at.fcm() }),
    emulator: shifted(-2 * HOURS),
    says: /this machine’s clock is off/,
  },
  'an account that is disabled': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: refusal('oauth', 'disabled_client', 401),
    says: /gives the service account no access token/,
  },
  'a token_uri for another audience': {
    channels: (at, { fcm }) => ({ GCM: at.fcm({}, { token_uri: `${fcm.tokenUrl}?a=b` }) }),
    says: /token_uri of the service account/,
  },
  'an access token that is refused': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: refusal('fcm', 'UNAUTHENTICATED', 401),
    says: /access token is refused although it was just fetched/,
  },
  'a project that is not there': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: refusal('fcm', 'NOT_FOUND', 404),
    says: /project of the service account does not exist/,
  },
  'a project without a key for Apple': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: refusal('fcm', 'THIRD_PARTY_AUTH_ERROR', 401),
    says: /no valid key for that/,
  },
  'an authority that nobody trusts, at Google': {
    channels: (at) => ({ GCM: at.fcm({ ca: undefined }) }),
    says: /untrusted authority/,
  },
  'a proxy that refuses, to Google': {
    channels: (at) => ({ GCM: at.fcm() }),
    proxy: async (t) => (await startConnectProxy(t, { status: 502 })).url,
    says: /proxy refuses to connect/,
  },
  'a token endpoint that is broken': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: [{ gateway: 'oauth', fault: 'not-json' }],
    says: /busy or broken/,
    state: 'unclear',
  },
  'a token endpoint that is another page': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: [{ gateway: 'oauth', fault: 'not-json', status: 404 }],
    says: /not come from Google’s token endpoint.\n {2}What to do: look at token_uri/,
  },
  'a token endpoint that answers in words of its own': {
    channels: (at, { fcm }) => ({
      GCM: at.fcm({}, { token_uri: new URL('/v1/nothing', fcm.tokenUrl).href }),
    }),
    says: /not come from Google’s token endpoint/,
  },
  'a page in the place of FCM': {
    channels: (at) => ({ GCM: at.fcm() }),
    faults: [{ gateway: 'fcm', fault: 'not-json' }],
    says: /busy or broken/,
    state: 'unclear',
  },
};

describe('broken credentials', () => {
  for (const [name, { channels, emulator: options, faults, proxy, says, state = 'broken' }] of Object.entries(
    BROKEN,
  ))
    test(`${name}: ${state}, and what to do`, async (t) => {
      const emulator = await strictEmulator(t, options);
      if (faults) emulator.faults.set(faults);
      const more = proxy && { proxy: await proxy(t) };
      const { code, said } = await run(t, { channels: channels(channelsAt(emulator), emulator), more });
      assert.equal(code, 1, said);
      assert.match(said, new RegExp(`of ${ARN} \\(at https:.*\\): ${state}\n`));
      assert.match(said, says);
      assert.match(said, /for an undocumented reason|What to do: /);
      for (const line of PEM.p8.split('\n').slice(1, -2)) assert.ok(!said.includes(line));
    });

  test('are at least 25', () => assert.ok(Object.keys(BROKEN).length >= 25));
});

// Regression: the doctor reported a TLS-inspecting filter, whose CA the machine trusts, as healthy.
describe('a server that accepts everything in place of', () => {
  const LOGIN = '<html>login</html>';
  const page = ({ stream }: PeerRequest): void => {
    stream.respond({ ':status': 200, 'content-type': 'text/html' });
    stream.end(LOGIN);
  };
  const cases: [string, PeerOptions['answer'], (at: Channels, there: object) => object][] = [
    ['Apple', page, (at, there) => ({ APNS: at.apns(there) })],
    ['Apple, with its header', ok, (at, there) => ({ APNS: at.apns(there) })],
    ['Google', page, (at, there) => ({ GCM: at.fcm(there) })],
  ];
  for (const [name, answer, channels] of cases)
    test(`${name} is recognised`, async (t) => {
      const emulator = await strictEmulator(t);
      const peer = await startPeer(t, { answer: answer! });
      const there = { url: `https://${peer.host}:${peer.port}`, ca: `${emulator.ca}\n${peer.ca}` };
      const { code, said } = await run(t, { channels: channels(channelsAt(emulator), there) });
      assert.equal(code, 1, said);
      assert.match(said, /: broken\n {2}Something answers in place of the gateway and accepts everything/);
      assert.match(said, /What to do: let the connection to the gateway pass unchanged/);
    });

  test('Google’s token endpoint is recognised', async (t) => {
    const emulator = await strictEmulator(t);
    const server = createHttpServer((_, response) => response.end(LOGIN));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    t.after(() => server.close());
    const token_uri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const { said } = await run(t, { channels: { GCM: channelsAt(emulator).fcm({}, { token_uri }) } });
    assert.match(said, /: broken\n {2}The answer does not come from Google’s token endpoint/);
  });
});

describe('errors on the network path', () => {
  const faults: [string, RegExp][] = [
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: tlsv13 alert certificate required',
      /refuses our certificate/,
    ],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /refuses our certificate/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /refuses our certificate/],
    ['token endpoint: CERT_NOT_YET_VALID', /certificate is not valid at this machine's time/],
    ['ERR_TLS_CERT_ALTNAME_INVALID: Hostname/IP does not match', /name other than/],
    ['NO_HTTP2: the peer does not speak HTTP/2', /does not speak HTTP\/2/],
    ['connecting took too long', /cannot be reached/],
    ['token endpoint: ETIMEDOUT', /cannot be reached/],
    [
      '403 PERMISSION_DENIED: Firebase Cloud Messaging API has not been used in project 1 before or it is disabled.',
      /API is disabled/,
    ],
  ];
  for (const [answer, says] of faults)
    test(`${answer} is understood`, () => assert.match(diagnose(answer, 'GCM')?.says ?? '', says));

  test('every configuration reason in Apple’s table has a diagnosis', () => {
    for (const [answer, { verdict }] of Object.entries(APNS_ANSWERS))
      if (verdict === 'credential') assert.ok(diagnose(answer, 'APNS'), answer);
  });
});

describe('chatpush doctor', () => {
  test('examines the named application, by its ARN or its last part', async (t) => {
    const emulator = await strictEmulator(t);
    const environment = settingsWith(t, { APNS: channelsAt(emulator).apns() });
    for (const name of [ARN, 'support']) assert.equal(await doctor([name], environment, () => {}), 0);
    let said = '';
    assert.equal(await doctor(['sales'], environment, (text) => void (said += text)), 1);
    assert.match(said, /no application sales/);
  });

  test('with --json it prints its verdicts for programs', async (t) => {
    const emulator = await strictEmulator(t);
    const environment = settingsWith(t, { APNS: channelsAt(emulator).apns() });
    let said = '';
    assert.equal(await doctor(['--json'], environment, (text) => void (said += text)), 0);
    const { healthy, channels } = JSON.parse(said) as { healthy: boolean; channels: object[] };
    assert.equal(healthy, true);
    assert.partialDeepStrictEqual(channels, [{ applicationArn: ARN, channel: 'APNS', state: 'healthy' }]);
    said = '';
    assert.equal(await doctor(['--json', 'sales'], environment, (text) => void (said += text)), 1);
    assert.match((JSON.parse(said) as { error: string }).error, /no application sales/);
    said = '';
    assert.equal(await doctor(['--json'], {}, (text) => void (said += text)), 0);
    assert.deepEqual(JSON.parse(said), { healthy: true, channels: [] });
  });

  test('has nothing to do without real channels', async () => {
    let said = '';
    assert.equal(await doctor([], {}, (text) => void (said += text)), 0);
    assert.match(said, /Nothing to examine/);
  });

  test('examines emulated channels of a remote emulator, and says so', async (t) => {
    const emulator = await strictEmulator(t);
    const emulated = { gateway: 'emulated' };
    const environment = settingsWith(t, { APNS: emulated, APNS_SANDBOX: emulated, GCM: emulated });
    let said = '';
    const say = (text: string): void => void (said += text);
    assert.equal(await doctor([], { ...environment, CHATPUSH_EMULATOR_URL: emulator.url }, say), 0, said);
    assert.equal(said.match(/\(EMULATED\): healthy/g)?.length, 3);
    // Regression: it said that Apple was reached.
    assert.equal(said.match(/The emulator answers\. It reaches no real phone/g)?.length, 3);
    assert.doesNotMatch(said, /(?:Apple|Google) answers/);
  });

  test('names the servers that the settings use in place of Apple and Google', async (t) => {
    const emulator = await strictEmulator(t);
    const at = channelsAt(emulator);
    const { said } = await run(t, { channels: { APNS: at.apns(), GCM: at.fcm() } });
    const { host } = new URL(emulator.fcm.url);
    assert.match(said, new RegExp(`  ${new URL(emulator.apns.url).host}, in Apple’s place, answers`));
    assert.match(said, new RegExp(`  ${host}, in Google’s place, answers`));
    assert.match(said, /Only a real device shows whether Google agrees/);
  });
});
