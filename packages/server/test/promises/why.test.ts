// `chatpush why`: the delivery log in plain words, asked of the running service.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { why } from '../../src/cli/why.ts';
import { INSTANCE, iphone, startSystem } from './system.ts';
import type { System } from './system.ts';

let system: System;
before(async () => {
  system = await startSystem();
});
after(() => system.close());

async function ask(...argv: string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const code = await why([...argv, '--endpoint', system.service.url], {}, (text) => {
    said += text;
  });
  return { code, said };
}

test('it tells of attempts, and of what never started', async () => {
  const token = iphone('why');
  await system.register('a-contact', token);
  system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, times: 1 }]);
  await system.say('a-contact', 'm1');
  await system.settled('a-contact', ([entry]) => entry?.status === 'accepted');
  await system.say('a-contact', 'm2', 'mine', { participantRole: 'CUSTOMER' });
  const { code, said } = await ask('a-contact', '--instance', INSTANCE);
  assert.equal(code, 0);
  assert.match(said, /message m2: made no push\. The customer wrote it\./);
  assert.match(said, /message m1 to registration [-\w]+: the gateway took it\./);
  assert.match(said, /apns \(emulated\): rejected, 503 ServiceUnavailable/);
  assert.match(said, /apns \(emulated\): accepted, 200/);
});

test('it says so where nothing is known, and asks for what it needs', async () => {
  const unknown = await ask('nobody', '--instance', INSTANCE);
  assert.deepEqual([unknown.code, /Nothing is known of contact nobody/.test(unknown.said)], [0, true]);
  const which = await ask('a-contact');
  assert.deepEqual([which.code, /Which instance\?/.test(which.said)], [2, true]);
});
