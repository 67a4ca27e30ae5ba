import assert from 'node:assert/strict';
import { test } from 'node:test';

import { bareInstanceId } from '../../src/auth/instance.ts';
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
  const marked = Buffer.from('kept');
  const keys = createSigningKeys(2);
  keys.keep(key, scope(20), marked);
  keys.keep(key, scope(21), marked);
  keys.keep(key, scope(20), marked);
  keys.keep(key, scope(22), marked);
  assert.equal(keys.get(key, scope(20)), marked);
  assert.equal(keys.get(key, scope(22)), marked);
  assert.deepEqual(keys.get(key, scope(21)), deriveSigningKey('secret', scope(21)));
  const rotated = { ...key, secret: 'rotated' };
  assert.deepEqual(keys.get(rotated, scope(20)), deriveSigningKey('rotated', scope(20)));
});
