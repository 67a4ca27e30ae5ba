// The environment: a value that no service could start with is an error that names its variable, and an empty variable counts as
// absent.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { databaseName, databaseUrls } from '../../src/addresses/database-url.ts';
import { configOf, LEAST, mistakesOf, settingsFolder } from './settings-folder.ts';

test('a database may have several hosts, and our own URL parameters are not passed on', (t) => {
  const { store } = configOf({
    ...settingsFolder(t).settings(LEAST),
    CHATPUSH_STORE:
      'postgres://me:p%2Cw@a:5433,b,[::1]:5434/chat?schema=tenant&sslmode=verify-full&target_session_attrs=read-write',
    CHATPUSH_POSTGRES_DIRECT: 'postgres://a,b/chat',
    CHATPUSH_POSTGRES_PREPARED: 'no',
  });
  assert.ok(store.kind === 'postgres');
  const url = store.url.reveal();
  assert.equal(url, 'postgres://me:p%2Cw@a:5433,b,[::1]:5434/chat?sslmode=verify-full');
  assert.deepEqual(
    [store.schema, store.direct?.reveal(), store.prepared],
    ['tenant', 'postgres://a,b/chat', false],
  );
  assert.deepEqual(databaseUrls(url), [
    'postgres://me:p%2Cw@a:5433/chat?sslmode=verify-full',
    'postgres://me:p%2Cw@b/chat?sslmode=verify-full',
    'postgres://me:p%2Cw@[::1]:5434/chat?sslmode=verify-full',
  ]);
  assert.equal(databaseName(databaseUrls(url)![0]!), 'a:5433/chat');
});

describe('a variable that would prevent every start is an error', () => {
  // Regression: `chatpush check` found no errors, and the start failed with a message of pino, getaddrinfo or fetch that named no
  // variable.
  const wrong: [string, string][] = [
    ['CHATPUSH_LOG', 'verbose'],
    ['CHATPUSH_LOG', 'INFO'],
    ['CHATPUSH_EMULATOR_URL', 'ftp://x'],
    ['CHATPUSH_EMULATOR_URL', '127.0.0.1:4200'],
    ['CHATPUSH_PORT', ' '],
    ...[
      'not a host',
      'http://10.0.0.5',
      '10.0.0.5:4100',
      '[::1]',
      '10.0.0',
      '300.1.1.1',
      'a..b',
      '-a.example',
    ].map((host): [string, string] => ['CHATPUSH_HOST', host]),
    ['CHATPUSH_AUTO_CREATE', 'everything'],
    ['CHATPUSH_STORE', 'mysql://a/b'],
    ['CHATPUSH_STORE', 'postgres://a,,b/chatpush'],
    ['CHATPUSH_STORE', 'postgres://a,b/chatpush?target_session_attrs=any'],
  ];
  for (const [name, value] of wrong)
    test(`${name}=${value}`, (t) => {
      const mistakes = mistakesOf({ ...settingsFolder(t).settings(LEAST), [name]: value });
      assert.deepEqual(
        mistakes.map(({ where }) => where),
        [name],
      );
      assert.match(mistakes[0]!.what, /write |use /);
    });

  const right: [string, string][] = [
    ['CHATPUSH_LOG', 'silent'],
    ['CHATPUSH_EMULATOR_URL', 'https://emulator.example'],
    ...[
      '0.0.0.0',
      '::',
      '::1',
      'fe80::1%eth0',
      'push.example.com',
      'push_1.internal.',
      'a',
      '10.example',
    ].map((host): [string, string] => ['CHATPUSH_HOST', host]),
  ];
  for (const [name, value] of right)
    test(`${name}=${value} is refused`, (t) =>
      assert.deepEqual(mistakesOf({ ...settingsFolder(t).settings(LEAST), [name]: value }), []));
});

test('an empty variable counts as absent', () => {
  // Regression: CHATPUSH_HOST= listened on every address, and CHATPUSH_CONFIG= tried to read a file with an empty name.
  const names = [
    'CONFIG',
    'HOST',
    'PORT',
    'STORE',
    'AUTO_CREATE',
    'EMULATOR_URL',
    'EXPOSE_DEVELOPMENT',
    'LOG',
  ];
  const empty = Object.fromEntries(names.map((name) => [`CHATPUSH_${name}`, '']));
  assert.deepEqual(configOf(empty), configOf({}));
  assert.deepEqual(mistakesOf(empty), []);
});

test('the log level is a setting like the others', () => {
  assert.equal(configOf({}).logLevel, 'info');
  assert.equal(configOf({ CHATPUSH_LOG: 'debug' }).logLevel, 'debug');
});

test('without a settings file, calls can only name what they create', () => {
  for (const autoCreate of ['contacts', 'none'])
    assert.deepEqual(
      mistakesOf({ CHATPUSH_AUTO_CREATE: autoCreate }).map(({ where }) => where),
      ['CHATPUSH_AUTO_CREATE'],
    );
});
