import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bareInstanceId } from '../../src/auth/instance.ts';
import { createHmacSha256 } from '../../src/auth/hmac-sha256.ts';
import { createSigningKeys, deriveSigningKey } from '../../src/auth/signing-keys.ts';

test('an id and every form of its ARN name one instance', () => {
  for (const name of [
    'i-1',
    'arn:aws:connect:us-east-1:123456789012:instance/i-1',
    'arn:aws-us-gov:connect:us-gov-west-1:123456789012:instance/i-1',
    'arn:aws-cn:connect:::instance/i-1',
  ])
    assert.equal(bareInstanceId(name), 'i-1');
});

test('only the most recently used signing keys are cached, and none for a changed secret', () => {
  const key = { id: 'AKID', secret: 'secret' };
  const scope = (day: number) => ({ date: `202611${day}`, region: 'us-east-1', service: 'connect' });
  const marked = () => 'kept';
  const derived = (secret: string, day: number) =>
    createHmacSha256(deriveSigningKey(secret, scope(day)))('text');
  const keys = createSigningKeys(2);
  keys.keep(key, scope(20), marked);
  keys.keep(key, scope(21), marked);
  keys.keep(key, scope(20), marked);
  keys.keep(key, scope(22), marked);
  assert.equal(keys.get(key, scope(20)), marked);
  assert.equal(keys.get(key, scope(22)), marked);
  assert.equal(keys.get(key, scope(21))('text'), derived('secret', 21));
  const rotated = { ...key, secret: 'rotated' };
  assert.equal(keys.get(rotated, scope(20))('text'), derived('rotated', 20));
});
