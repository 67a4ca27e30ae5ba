// The settings file: all errors at once with place and fix; comments; secrets by value, file or environment.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ConfigError, readConfig } from '../../src/config/environment.ts';
import { parseSettingsJson } from '../../src/config/settings-json.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { ATTACHMENT_TEXT, GENERIC_TEXT } from '../../src/contact/content.ts';
import { DEFAULT_CONTACT_SETTINGS } from '../../src/contact/settings.ts';
import { ACCOUNT, PEM } from './keys.ts';
import {
  ACCESS_KEY,
  ARN,
  LEAST,
  configOf,
  mistakesOf,
  settingsFolder,
  withApplication,
} from './settings-folder.ts';

describe('settings', () => {
  test('with many errors are reported all at once, each with its place', (t) => {
    const environment = settingsFolder(t).settings({
      accessKeys: [{ id: 'no spaces please', secret: { env: 'NOT_SET' }, instances: [] }],
      acount: '1',
      account: '12',
      regions: 'eu-central-1',
      limits: { burst: 0 },
      applications: [
        { arn: 'support', sound: '', channels: { APNS: { gateway: 'real' }, SMS: {} } },
        { arn: ARN, androidChannelId: 'chat', priority: 'urgent', ttlMinutes: 0.5 },
      ],
    });
    const mistakes = mistakesOf({ ...environment, CHATPUSH_PORT: 'x', CHATPUSH_STORE: 'mysql://h' });
    assert.deepEqual(
      mistakes.map(({ where }) => where).sort(),
      [
        'CHATPUSH_PORT',
        'CHATPUSH_STORE',
        'accessKeys[0].id',
        'accessKeys[0].instances',
        'accessKeys[0].secret',
        'account',
        'acount',
        'applications[0].arn',
        'applications[0].channels.APNS.gateway',
        'applications[0].channels.SMS',
        'applications[0].sound',
        'applications[1].androidChannelId',
        'applications[1].priority',
        'applications[1].ttlMinutes',
        'instances',
        'limits.burst',
        'regions',
      ].sort(),
    );
    for (const { where, what } of mistakes)
      assert.match(
        what,
        /write|use|list|set it|add|the settings here are/,
        `${where} ${what} does not say how to fix it`,
      );
    assert.throws(() => readConfig(environment), ConfigError);
  });

  test('accept secrets by value, from a file and from the environment', (t) => {
    const folder = settingsFolder(t);
    folder.write('key.p8', `${PEM.p8}\n`);
    const environment = folder.settings({
      accessKeys: [
        { id: 'A', secret: 'by value', instances: 'all' },
        { id: 'B', secret: { env: 'SECRET_OF_B' }, instances: ['i1', 'i2'] },
      ],
      instances: ['i1', 'i2'],
      applications: [
        {
          arn: ARN,
          channels: {
            APNS: {
              gateway: 'apns',
              topic: 'com.example.chat',
              keyId: 'ABCDE12345',
              teamId: 'TEAM123456',
              privateKey: { file: 'key.p8' },
            },
            GCM: { gateway: 'fcm', serviceAccount: { env: 'ACCOUNT' } },
          },
        },
      ],
    });
    const config = configOf({
      ...environment,
      SECRET_OF_B: 'from outside',
      ACCOUNT: JSON.stringify(ACCOUNT),
    });
    assert.deepEqual(
      config.accessKeys.map(({ secret }) => secret.reveal()),
      ['by value', 'from outside'],
    );
    const { APNS, GCM } = config.applications[0]!.channels;
    assert.ok(APNS?.gateway === 'apns' && GCM?.gateway === 'fcm');
    assert.equal(APNS.auth.privateKey.reveal(), PEM.p8.trim());
    assert.equal(APNS.port, 443);
    assert.deepEqual(JSON.parse(GCM.serviceAccount.reveal()), ACCOUNT);
  });

  const references: [string, unknown, RegExp][] = [
    ['a file that is not there', { file: '/nowhere/key.p8' }, /cannot be read \(ENOENT\)/],
    ['a variable that is not set', { env: 'NOT_SET' }, /NOT_SET, which is not set/],
    ['both at once', { file: 'a', env: 'B' }, /not such a reference; write/],
    ['a misspelled reference', { flie: 'a' }, /not such a reference; write/],
    ['a number', 7, /is a number; write/],
  ];
  for (const [name, secret, expected] of references)
    test(`refuse a secret from ${name}`, (t) => {
      const mistakes = mistakesOf(
        settingsFolder(t).settings({ ...LEAST, accessKeys: [{ ...ACCESS_KEY, secret }] }),
      );
      assert.equal(mistakes.length, 1);
      assert.match(mistakes[0]!.what, expected);
    });

  test('refuse a duplicate application', (t) => {
    const settings = { ...LEAST, applications: [{ arn: ARN }, { arn: ARN }] };
    assert.deepEqual(
      mistakesOf(settingsFolder(t).settings(settings)).map(({ where }) => where),
      ['applications[1].arn'],
    );
  });

  test('refuse a duplicate access key id', (t) => {
    const settings = { ...LEAST, accessKeys: [ACCESS_KEY, { ...ACCESS_KEY, secret: 'another' }] };
    assert.deepEqual(
      mistakesOf(settingsFolder(t).settings(settings)).map(({ where }) => where),
      ['accessKeys[1].id'],
    );
  });

  test('need at least one usable key', (t) => {
    const folder = settingsFolder(t);
    assert.match(mistakesOf(folder.settings({}))[0]!.what, /is missing; write a list/);
    assert.match(mistakesOf(folder.settings({ accessKeys: [] }))[0]!.what, /nobody can call/);
    assert.match(mistakesOf(folder.settings('[]'))[0]!.what, /is a list; write an object/);
  });

  test('set what the service creates for unconfigured applications', () => {
    const { genericText, attachmentText, ttlMinutes } = SETTINGS.members.applications.of.members;
    assert.equal(genericText.default, GENERIC_TEXT);
    assert.equal(attachmentText.default, ATTACHMENT_TEXT);
    assert.equal(ttlMinutes.default * 60_000, DEFAULT_CONTACT_SETTINGS.ttlMs);
  });

  test('of an application have the documented defaults', (t) => {
    const { channels, ...rest } = configOf(settingsFolder(t).settings(withApplication({}))).applications[0]!;
    assert.deepEqual(channels, {});
    assert.deepEqual(JSON.parse(JSON.stringify(rest)), {
      arn: ARN,
      genericText: 'You have a new message',
      attachmentText: 'sent a file: {name}',
      fcmMessage: 'data',
      priority: 'high',
      ttlMinutes: 720,
    });
  });
});

describe('the settings’ JSON', () => {
  test('may have comments and trailing commas, which are plain text within a string', () => {
    const text = '\uFEFF{ // who\n "a": "b // c, } /* d */ \\"", /* two\n lines */ "e": [1, 2,], }\n';
    assert.deepEqual(parseSettingsJson(text), { a: 'b // c, } /* d */ "', e: [1, 2] });
  });

  test('reads any JSON like JSON.parse', () => {
    fc.assert(
      fc.property(fc.json(), (text) => assert.deepEqual(parseSettingsJson(text), JSON.parse(text))),
      { seed: 20_261_122, numRuns: 500 },
    );
  });

  const faults: [string, string, number][] = [
    ['a missing comma', '{\n  "a": "top-secret"\n  "b": 1\n}', 3],
    ['a missing quote', '{\n  "a": top-secret",\n  "b": 1\n}', 2],
    ['a text over two lines', '{\n  "a": "top-secret\n",\n  "b": 1\n}', 2],
    ['a missing bracket', '{\n  "a": {\n    "b": "top-secret"\n', 4],
    ['something behind the end', '{\n}\ntop-secret', 3],
  ];
  for (const [name, text, line] of faults)
    test(`reports the line of ${name} without quoting it`, (t) => {
      const [mistake] = mistakesOf(settingsFolder(t).settings(text));
      assert.match(mistake!.what, new RegExp(`not JSON from line ${line} on`));
      assert.ok(!mistake!.what.includes('secret'));
    });
});

describe('development defaults', () => {
  const refused: [string, Record<string, string>, boolean][] = [
    ['listen on loopback', { CHATPUSH_HOST: '127.0.0.1' }, false],
    ['listen on a name below localhost', { CHATPUSH_HOST: 'chatpush.localhost' }, false],
    ['refuse every other address', { CHATPUSH_HOST: '0.0.0.0' }, true],
    [
      'listen elsewhere when somebody says so',
      { CHATPUSH_HOST: '0.0.0.0', CHATPUSH_EXPOSE_DEVELOPMENT: 'yes' },
      false,
    ],
    ['take only yes for yes', { CHATPUSH_EXPOSE_DEVELOPMENT: 'true' }, true],
  ];
  for (const [name, environment, isRefused] of refused)
    test(name, () => assert.equal(mistakesOf(environment).length > 0, isRefused));

  test('do not apply to a settings file that creates applications on first use', (t) => {
    const settings = settingsFolder(t).settings(LEAST);
    const everywhere = { ...settings, CHATPUSH_HOST: '0.0.0.0' };
    assert.deepEqual(mistakesOf(everywhere), []);
    assert.equal(
      mistakesOf({ ...everywhere, CHATPUSH_AUTO_CREATE: 'all' })[0]?.where,
      'CHATPUSH_AUTO_CREATE',
    );
  });
});
