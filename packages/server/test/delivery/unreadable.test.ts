// A delivery whose contact cannot be read waits with that reason, and nobody waits with it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INSTANCE } from '../operations/harness.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, createFastClock, startPipeline } from './pipeline.ts';

test('of deliveries claimed together, the one whose contact is damaged waits, and goes out once it is mended', async () => {
  // All of a claim were once given back with `store-unavailable`, second after second, until the damaged one expired.
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  const write = async (contactId: string, change: (body: string) => string): Promise<string> => {
    const [contact] = await pipeline.store.contacts([{ instanceId: INSTANCE, contactId }]);
    await pipeline.store.commit({ contact: { ...contact!, body: change(contact!.body) } });
    return contact!.body;
  };
  for (const contact of ['good', 'bad']) await pipeline.register(contact, iphone(contact));
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 2 }]);
  for (const contact of ['good', 'bad']) {
    await pipeline.say(contact, ['1']);
    await pipeline.settled(contact, ([entry]) => entry!.attemptCount === 1);
  }
  pipeline.emulator.faults.clear();
  const before = await write('bad', () => 'nonsense');
  await pipeline.settled('good', allAccepted);
  await pipeline.settled('bad', ([entry]) => entry!.reason === 'contact-unreadable');
  assert.equal(pipeline.emulator.phone(iphone('bad')).notifications.length, 0);

  await write('bad', () => before);
  clock.advance(61_000);
  await pipeline.settled('bad', allAccepted);
  assert.equal(pipeline.emulator.phone(iphone('bad')).notifications.length, 1);
});
