// `chatpush why`: the delivery log in plain words, from the running service.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { dirname, join } from 'node:path';
import { why } from '../../src/cli/why.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { LEAST, settingsFolder } from '../config/settings-folder.ts';
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

test('it shows attempts, and deliveries that never started', async () => {
  const token = iphone('why');
  await system.register('a-contact', token);
  system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, times: 1 }]);
  await system.say('a-contact', 'm1');
  await system.settled('a-contact', ([entry]) => entry?.status === 'accepted');
  await system.say('a-contact', 'm2', 'mine', { participantRole: 'CUSTOMER' });
  const { code, said } = await ask('a-contact', '--instance', INSTANCE);
  assert.equal(code, 0);
  assert.match(said, /message m2: not pushed\. The customer wrote this message\./);
  assert.match(said, /message m1 to registration [-\w]+: the gateway accepted it\./);
  assert.match(said, /apns \(emulated\): rejected, 503 ServiceUnavailable/);
  assert.match(said, /apns \(emulated\): accepted, 200/);
});

test('with --json it prints the deliveries as the API has them', async () => {
  await system.register('told-as-json', iphone('json'));
  await system.say('told-as-json', 'm');
  await system.settled('told-as-json', ([entry]) => entry?.status === 'accepted');
  const { deliveries } = await system.log('told-as-json');
  const { code, said } = await ask('told-as-json', '--instance', INSTANCE, '--json');
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(said), {
    contactId: 'told-as-json',
    deliveries: structuredClone(deliveries),
  });
  const nothing = await ask('nobody', '--instance', INSTANCE, '--json');
  assert.deepEqual([nothing.code, JSON.parse(nothing.said)], [0, { contactId: 'nobody', deliveries: [] }]);
});

test('it finds the contact by the id of a registration, also after that was deleted', async () => {
  const registrationId = await system.register('by-registration', iphone('by-registration'));
  const before = await ask(registrationId, '--instance', INSTANCE);
  assert.match(before.said, /belongs to contact by-registration\.\nThe contact had no messages/);
  await system.say('by-registration', 'm1');
  await system.settled('by-registration', ([entry]) => entry?.status === 'accepted');
  await system.client.deletePushNotificationRegistration({
    instanceId: INSTANCE,
    contactId: 'by-registration',
    registrationId,
  });
  const { code, said } = await ask(registrationId, '--instance', INSTANCE);
  assert.equal(code, 0);
  assert.match(
    said,
    /^Registration [-\w]+ belongs to contact by-registration\.\n.*the gateway accepted it\./,
  );
});

test('it reports unknown contacts and missing arguments', async () => {
  const unknown = await ask('nobody', '--instance', INSTANCE);
  assert.deepEqual([unknown.code, /Contact nobody is unknown/.test(unknown.said)], [0, true]);
});

test('without an instance it names the flag, with an id from the settings if there are several', async (t) => {
  const none = await ask('a-contact');
  assert.equal(none.code, 2);
  assert.match(none.said, /^Which instance\? The settings have no instance, .* Add --instance /);
  assert.match(none.said, /^ {2}chatpush why a-contact --instance support$/m);
  let said = '';
  const code = await why(
    ['a-contact'],
    settingsFolder(t).settings({ ...LEAST, instances: ['sales', 'support'] }),
    (text) => {
      said += text;
    },
  );
  assert.equal(code, 2);
  assert.match(said, /The settings name 2 instances\..*\n {2}chatpush why a-contact --instance sales$/m);
});

// Regression: CHATPUSH_HOST=::1 became a URL without brackets and a stack trace; and a wildcard address cannot be connected to.
for (const host of ['::1', '::', '0.0.0.0', 'localhost'])
  test(`it asks the service that listens on ${host}`, async (t) => {
    const settings = settingsFolder(t).settings({
      accessKeys: [{ id: 'test', secret: 'test', instances: 'all' }],
      instances: [INSTANCE],
    });
    const database = join(dirname(settings.CHATPUSH_CONFIG), 'why.db');
    const environment = { ...settings, CHATPUSH_HOST: host, CHATPUSH_STORE: `sqlite:${database}` };
    const service = await startService(readConfig({ ...environment, CHATPUSH_PORT: '0' }), {
      logLevel: 'silent',
    });
    t.after(() => service.stop());
    let said = '';
    const { port } = new URL(service.url);
    const code = await why(['nobody'], { ...environment, CHATPUSH_PORT: port }, (text) => {
      said += text;
    });
    assert.deepEqual([code, /Contact nobody is unknown/.test(said)], [0, true], said);
  });
