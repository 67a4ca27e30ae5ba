// Many dead tokens on one channel, through the real pipeline and gateways: they slow nobody, and a mistake costs no registration.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QUARANTINE } from '../../src/delivery/retry.ts';
import { iphone } from '../promises/system.ts';
import { createFastClock, startPipeline } from './pipeline.ts';

const DEAD = 55;
const contacts = Array.from({ length: 100 }, (_, index) => `contact-${index}`);

test('with 55 of 100 phones uninstalled the others get their messages at once, and the dead are removed', async () => {
  await using pipeline = await startPipeline();
  await Promise.all(contacts.map((contact) => pipeline.register(contact, contact, 'GCM')));
  for (const contact of contacts.slice(0, DEAD)) pipeline.emulator.phone(contact).uninstall();
  // Those that are dead first: no living phone has proved anything by then.
  const took: number[] = [];
  for (const [index, contact] of contacts.entries()) {
    const begun = performance.now();
    await pipeline.say(contact, ['1']);
    if (index < DEAD) continue;
    await pipeline.emulator.phone(contact).waitFor({ contains: '1', timeoutMs: 5_000 });
    took.push(performance.now() - begun);
  }
  // 10 ms on a machine of its own; in quarantine it was 20 s.
  assert.ok(Math.max(...took) < 3_000, `${Math.max(...took)} ms`);
  const deadline = Date.now() + 20_000;
  const left = async () =>
    (await Promise.all(contacts.map((contact) => pipeline.registrations(contact)))).flat().length;
  while ((await left()) > contacts.length - DEAD) {
    assert.ok(Date.now() < deadline, `${await left()} registrations are left`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.equal(await left(), contacts.length - DEAD);
  // Each dead token once, beside the access token.
  assert.equal(pipeline.emulator.requests.total, contacts.length + 1);
});

test('a mixed-up environment: no registration is removed, few are suspended, and what waits goes out once it is corrected', async () => {
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
  // Up to the 20th answer nobody can know.
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

test('a wave in which nothing lives ends in a decision: what is refused again after minutes is removed', async () => {
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
