// Credentials are checked before use: every kind of broken credential is named, and no part of it is quoted.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { mistakesOf, settingsFolder, withApplication } from './settings-folder.ts';
import { ACCOUNT, PEM, providerCertificate } from './keys.ts';

const APNS = { gateway: 'apns', topic: 'com.example.chat', keyId: 'ABCDE12345', teamId: 'TEAM123456' };
const half = (text: string): string => text.slice(0, text.length / 2);
/** One changed letter in the middle of the base64. */
const changed = (pem: string): string => {
  const lines = pem.trim().split('\n');
  lines.splice(1, 1, '!' + lines[1]!.slice(1));
  return lines.join('\n');
};

describe('an APNs channel is refused', () => {
  const cases: [string, object, string, RegExp][] = [
    ['with an RSA key', { privateKey: PEM.rsa }, 'privateKey', /holds an RSA key, and APNs needs P-256/],
    [
      'with a key on another curve',
      { privateKey: PEM.p384 },
      'privateKey',
      /secp384r1, and APNs needs P-256/,
    ],
    [
      'with a key of another kind',
      { privateKey: PEM.ed25519 },
      'privateKey',
      /ed25519 key, and APNs needs P-256/,
    ],
    ['with a key cut off', { privateKey: half(PEM.p8) }, 'privateKey', /cut off: the END line is missing/],
    ['with a changed key', { privateKey: changed(PEM.p8) }, 'privateKey', /cannot be read as a private key/],
    [
      'with line breaks written out',
      { privateKey: PEM.p8.replaceAll('\n', '\\n') },
      'privateKey',
      /contains \\n instead of line breaks/,
    ],
    ['with the public key', { privateKey: PEM.publicOfP8 }, 'privateKey', /contains a public key/],
    ['with a key under a password', { privateKey: PEM.encryptedP8 }, 'privateKey', /with a password/],
    [
      "with Google's JSON",
      { privateKey: JSON.stringify(ACCOUNT) },
      'privateKey',
      /contains JSON, which is Google’s format/,
    ],
    ['with something else', { privateKey: 'AIzaSyExample' }, 'privateKey', /is not PEM/],
    ['with an empty key', { privateKey: '' }, 'privateKey', /is empty/],
    ['without a key', {}, 'privateKey', /is missing/],
    [
      'with a key id of 12',
      { privateKey: PEM.p8, keyId: 'ABCDE1234567' },
      'keyId',
      /has 12 characters, and a key id has 10/,
    ],
    [
      'with a key id in small letters',
      { privateKey: PEM.p8, keyId: 'abcde12345' },
      'keyId',
      /capital letters and digits/,
    ],
    ['without a key id', { privateKey: PEM.p8, keyId: undefined }, 'keyId', /is missing/],
    [
      'with a team id of 9',
      { privateKey: PEM.p8, teamId: 'TEAM12345' },
      'teamId',
      /has 9 characters, and a team id has 10/,
    ],
    ['without a topic', { privateKey: PEM.p8, topic: undefined }, 'topic', /is missing; write the bundle id/],
    ['with an invalid topic', { privateKey: PEM.p8, topic: 'com example' }, 'topic', /bundle id of the app/],
    ['with another port', { privateKey: PEM.p8, port: 8443 }, 'port', /is 8443; write 443 or 2197/],
    [
      'with authorities that are none, which are not Apple’s',
      { privateKey: PEM.p8, ca: 'not PEM' },
      'ca',
      /^(?!.*Apple).*use the certificates of the authorities/,
    ],
    ["with Google's gateway", { gateway: 'fcm' }, 'gateway', /is "fcm"; write "apns" or "emulated"/],
    [
      'without a choice of gateway',
      { gateway: undefined },
      'gateway',
      /is missing; write "apns" or "emulated"/,
    ],
  ];
  for (const [name, channel, member, expected] of cases)
    test(name, (t) => {
      const settings = withApplication({ channels: { APNS: { ...APNS, ...channel } } });
      const mistakes = mistakesOf(settingsFolder(t).settings(settings));
      const where = `applications[0].channels.APNS.${member}`;
      assert.deepEqual(
        mistakes.map((mistake) => mistake.where),
        [where],
      );
      assert.match(mistakes[0]!.what, expected);
    });

  test('with a certificate that belongs to another key', async (t) => {
    const { certificate } = await providerCertificate();
    const other = await providerCertificate();
    const mistakes = byCertificate(t, { certificate, privateKey: other.privateKey });
    assert.match(mistakes, /certificate does not match the private key/);
  });

  test('with a certificate that has expired', async (t) => {
    const made = await providerCertificate();
    assert.equal(byCertificate(t, made), '');
    assert.match(byCertificate(t, made, Date.now() + 5 * 365 * 86_400_000), /certificate expired on \d{4}-/);
  });

  test('with a certificate without key, a truncated certificate, or a certificate together with a key id', async (t) => {
    const { certificate, privateKey } = await providerCertificate();
    assert.match(
      byCertificate(t, { certificate, privateKey: certificate }),
      /certificate without its private key/,
    );
    assert.match(byCertificate(t, { certificate: half(certificate), privateKey }), /cut off or changed/);
    assert.match(byCertificate(t, { certificate, privateKey, keyId: 'ABCDE12345' }), /keep either/);
  });

  function byCertificate(t: Parameters<typeof settingsFolder>[0], members: object, now?: number): string {
    const channel = { gateway: 'apns', topic: 'com.example.chat', ...members };
    const settings = withApplication({ channels: { APNS: channel } });
    const mistakes = mistakesOf(settingsFolder(t).settings(settings), now);
    return mistakes.map(({ where, what }) => `${where} ${what}`).join('\n');
  }
});

describe('an FCM channel is refused', () => {
  const cases: [string, string, RegExp][] = [
    [
      'without members',
      JSON.stringify({ type: 'service_account' }),
      /lacks project_id, client_email, private_key, token_uri/,
    ],
    ["with the app's own file", JSON.stringify({ project_info: {}, client: [] }), /google-services\.json/],
    [
      'with the key of a person',
      JSON.stringify({ ...ACCOUNT, type: 'authorized_user' }),
      /not of type "service_account"/,
    ],
    [
      'with a key cut off',
      JSON.stringify({ ...ACCOUNT, private_key: half(PEM.rsa) }),
      /private_key that cannot be read/,
    ],
    [
      'with a key that is not RSA',
      JSON.stringify({ ...ACCOUNT, private_key: PEM.p8 }),
      /private_key that is not RSA/,
    ],
    ['with JSON cut off', half(JSON.stringify(ACCOUNT)), /is not a JSON object/],
    ['with a list', '[]', /is not a JSON object/],
    ['with the bare key', PEM.rsa, /holds a bare key/],
    [
      'with an invalid token_uri',
      JSON.stringify({ ...ACCOUNT, token_uri: 'oauth2' }),
      /token_uri that is not a URL/,
    ],
    [
      'with a token_uri by which the signed statement would travel in clear',
      JSON.stringify({ ...ACCOUNT, token_uri: 'http://oauth2.googleapis.com/token' }),
      /token_uri with http:\/\/.*in clear/,
    ],
    [
      'with a token_uri that only looks like this machine',
      JSON.stringify({ ...ACCOUNT, token_uri: 'http://127.0.0.1.example.com/token' }),
      /token_uri with http:\/\//,
    ],
  ];
  for (const [name, serviceAccount, expected] of cases)
    test(name, (t) => {
      const folder = settingsFolder(t);
      const file = folder.write('account.json', serviceAccount);
      const channels = { GCM: { gateway: 'fcm', serviceAccount: { file } } };
      const mistakes = mistakesOf(folder.settings(withApplication({ channels })));
      assert.deepEqual(
        mistakes.map(({ where }) => where),
        ['applications[0].channels.GCM.serviceAccount'],
      );
      assert.match(mistakes[0]!.what, expected);
    });
});

test('a token_uri with http:// is accepted on this machine, for emulators', (t) => {
  for (const host of ['127.0.0.1:4100', '[::1]:4100', 'localhost']) {
    const serviceAccount = JSON.stringify({ ...ACCOUNT, token_uri: `http://${host}/token` });
    const channels = { GCM: { gateway: 'fcm', serviceAccount } };
    assert.deepEqual(mistakesOf(settingsFolder(t).settings(withApplication({ channels }))), []);
  }
});

test('no error quotes a part of a secret', (t) => {
  const folder = settingsFolder(t);
  const secrets = [
    PEM.rsa,
    PEM.p8,
    half(PEM.p8),
    changed(PEM.p8),
    PEM.encryptedP8,
    'AIzaSyExample',
    '{"k":"AIzaSyExample"',
  ];
  for (const secret of secrets)
    for (const account of [false, true]) {
      const channels = account
        ? { GCM: { gateway: 'fcm', serviceAccount: secret } }
        : { APNS: { ...APNS, privateKey: secret } };
      const said = JSON.stringify(mistakesOf(folder.settings(withApplication({ channels }))));
      for (const piece of secret.split('\n').filter((line) => line.length >= 8 && !line.startsWith('-----')))
        assert.ok(!said.includes(piece.slice(0, 8)), `${said} repeats ${piece.slice(0, 8)}`);
    }
});
