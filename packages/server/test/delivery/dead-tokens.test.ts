// Many dead tokens on one channel, through the real pipeline and gateways: they delay no other push, and a configuration mistake
// costs no registration.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUARANTINE } from '../../src/delivery/retry.ts';
import { iphone } from '../promises/system.ts';
import { createFastClock, startPipeline } from './pipeline.ts';

const DEAD = 55;
const contacts = Array.from({ length: 100 }, (_, index) => `contact-${index}`);

test('with 55 of 100 phones uninstalled, the others get their messages immediately, and the dead tokens are removed', async () => {
  await using pipeline = await startPipeline();
  await Promise.all(contacts.map((contact) => pipeline.register(contact, contact, 'GCM')));
  for (const contact of contacts.slice(0, DEAD)) pipeline.emulator.phone(contact).uninstall();
  // The dead tokens first, before any live phone has shown that the channel works.
  const took: number[] = [];
  for (const [index, contact] of contacts.entries()) {
    const begun = performance.now();
    await pipeline.say(contact, ['1']);
    if (index < DEAD) continue;
    await pipeline.emulator.phone(contact).waitFor({ contains: '1', timeoutMs: 30_000 });
    took.push(performance.now() - begun);
  }
  // 10 ms on an idle machine; it was 20 s with quarantine.
  assert.ok(Math.max(...took) < 10_000, `${Math.max(...took)} ms`);
  const deadline = Date.now() + 20_000;
  const left = async () =>
    (await Promise.all(contacts.map((contact) => pipeline.registrations(contact)))).flat().length;
  while ((await left()) > contacts.length - DEAD) {
    assert.ok(Date.now() < deadline, `${await left()} registrations are left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await left(), contacts.length - DEAD);
  // One request per dead token, plus the access token.
  assert.equal(pipeline.emulator.requests.total, contacts.length + 1);
});

test('with the wrong environment no registration is removed, few are suspended, and waiting pushes are sent once it is corrected', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  await Promise.all(contacts.map((contact) => pipeline.register(contact, iphone(contact))));
  const registrations = async () =>
    (await Promise.all(contacts.map((contact) => pipeline.registrations(contact)))).flat();
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 400, reason: 'BadDeviceToken' }]);
  await Promise.all(contacts.map((contact) => pipeline.say(contact, ['1'])));
  const logged = await Promise.all(
    contacts.map((contact) => pipeline.settled(contact, ([entry]) => entry!.attemptCount > 0)),
  );
  const entries = logged.flat();
  const rejected = entries.filter(({ status }) => status === 'rejected');
  // Before the 20th answer this cannot be detected.
  assert.ok(rejected.length < QUARANTINE.minTokens, `${rejected.length} were rejected`);
  const waiting = entries.filter(({ status }) => status === 'queued');
  assert.equal(waiting.length, contacts.length - rejected.length);
  assert.ok(waiting.every(({ reason }) => reason === 'many-tokens-refused'));
  assert.deepEqual(
    pipeline.dispatcher.status().map(({ breaker, doubted }) => [breaker, doubted]),
    [['closed', waiting.length]],
  );
  const kept = await registrations();
  assert.equal(kept.length, contacts.length);
  assert.ok(kept.filter(({ status }) => status === 'suspended').length <= rejected.length);
  // Each was asked once, and will not be for minutes.
  assert.equal(pipeline.emulator.requests.total, contacts.length);

  pipeline.emulator.faults.clear();
  clock.advance(QUARANTINE.againMs + QUARANTINE.jitterMs);
  for (const contact of contacts) await pipeline.settled(contact, ([entry]) => entry!.status !== 'queued');
  const notified = contacts.filter(
    (contact) => pipeline.emulator.phone(iphone(contact)).notifications.length === 1,
  );
  assert.equal(notified.length, waiting.length);
});

test('a wave without any live token ends: tokens that are refused again after minutes are removed', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  await Promise.all(contacts.map((contact) => pipeline.register(contact, contact, 'GCM')));
  for (const contact of contacts) pipeline.emulator.phone(contact).uninstall();
  for (const contact of contacts) await pipeline.say(contact, ['1']);
  for (const contact of contacts) await pipeline.settled(contact, ([entry]) => entry!.attemptCount === 1);
  const left = async () =>
    (await Promise.all(contacts.map((contact) => pipeline.registrations(contact)))).flat().length;
  assert.ok((await left()) > contacts.length - QUARANTINE.minTokens);
  clock.advance(QUARANTINE.againMs + QUARANTINE.jitterMs);
  for (const contact of contacts) await pipeline.settled(contact, ([entry]) => entry!.status === 'rejected');
  const deadline = Date.now() + 20_000;
  while ((await left()) > 0) {
    assert.ok(Date.now() < deadline, `${await left()} registrations are left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
});
