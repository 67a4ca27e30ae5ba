// What counts as loopback. One shared rule: settings and server used to have separate rules that differed for names below
// localhost.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isLoopback } from '../src/addresses/loopback.ts';

const THIS_MACHINE = [
  'localhost',
  'LOCALHOST',
  'localhost.',
  'app.localhost',
  'a.b.LocalHost.',
  '127.0.0.1',
  '127.255.255.254',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
];
const NOT = [
  '',
  '.',
  '.localhost',
  'a..localhost',
  'localhost..',
  'localhost.example',
  'notlocalhost',
  'localhost@evil.example',
  '127.0.0.1.evil.example',
  // Names to a resolver, not addresses.
  '127.1',
  '127.0.0.256',
  '127.999.0.1',
  '0.0.0.0',
  '::',
  '128.0.0.1',
  '::2',
  '::ffff:192.0.2.1',
];

describe('loopback', () => {
  for (const host of THIS_MACHINE) test(`is ${host}`, () => assert.equal(isLoopback(host), true));
  for (const host of NOT) test(`is not ${JSON.stringify(host)}`, () => assert.equal(isLoopback(host), false));
});
