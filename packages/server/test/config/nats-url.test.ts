// CHATPUSH_STORE=nats://…: how it is parsed, and the errors for invalid URLs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNatsUrl } from '../../src/addresses/nats-url.ts';
import { readConfig } from '../../src/config/environment.ts';

test('hosts, users and parameters are read, and defaults filled in', () => {
  const defaults = { isTls: false, prefix: 'chatpush', shards: 4 };
  assert.deepEqual(readNatsUrl('nats://one'), { ...defaults, servers: ['one:4222'], replicas: 1 });
  assert.deepEqual(readNatsUrl('nats://me:p%40ss@a,b:4223,c/'), {
    ...defaults,
    servers: ['a:4222', 'b:4223', 'c:4222'],
    replicas: 3,
    user: 'me',
    password: 'p@ss',
  });
  assert.deepEqual(readNatsUrl('tls://token@a?replicas=5&shards=16&prefix=shop&creds=/c&ca=/a'), {
    servers: ['a:4222'],
    isTls: true,
    token: 'token',
    credentials: '/c',
    authority: '/a',
    prefix: 'shop',
    replicas: 5,
    shards: 16,
  });
});

const WRONG: readonly (readonly [string, RegExp])[] = [
  ['nats://', /not a URL of NATS servers/],
  ['nats://a,,b', /host/],
  ['nats://a?replicas=2', /replicas/],
  ['nats://a?shards=0', /shards/],
  ['nats://a?shards=1.5', /shards/],
  ['nats://a?prefix=a.b', /prefix/],
  ['nats://a?replica=3', /unknown parameter replica;/],
  ['nats://a:p%zz@b', /%25/],
];

for (const [url, words] of WRONG)
  test(`${url} is refused at start, in a message without the password`, () => {
    assert.throws(
      () => readConfig({ CHATPUSH_STORE: url }),
      (error: Error) => {
        assert.match(error.message, /CHATPUSH_STORE/);
        assert.match(error.message, words);
        assert.ok(!error.message.includes('p%zz'));
        return true;
      },
    );
  });
