// A delivery whose contact cannot be read waits with that reason and blocks no other delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { INSTANCE } from '../operations/harness.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, createFastClock, startPipeline } from './pipeline.ts';

test('of deliveries claimed together, the one whose contact is damaged waits, and goes out once it is repaired', async () => {
  // Regression: the whole claim was given back with `store-unavailable` every second until the damaged delivery expired.
  const clock = createFastClock();
  const lines: string[] = [];
  let givenBack = 0;
  await using pipeline = await startPipeline({
    clock,
    log: pino({ level: 'warn' }, { write: (line: string) => lines.push(line) }),
    wrap: (store) => ({
      ...store,
      settle: async (node, batch) => {
        const answer = await store.settle(node, batch);
        for (const { to } of batch)
          if (to.status === 'queued' && to.reason === 'contact-unreadable') givenBack++;
        return answer;
      },
    }),
  });
  const givenBackTimes = async (times: number) => {
    const deadline = performance.now() + 20_000;
    for (;;) {
      if (givenBack >= times) return;
      assert.ok(performance.now() < deadline, `given back ${givenBack} times, not ${times}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const write = async (contactId: string, change: (body: string) => string): Promise<string> => {
    const [contact] = await pipeline.store.contacts([{ instanceId: INSTANCE, contactId }]);
    await pipeline.store.commit({ contact: { ...contact!, body: change(contact!.body) } });
    return contact!.body;
  };
  for (const contact of ['good', 'bad']) await pipeline.register(contact, iphone(contact));
  const failFirst = async (contacts: readonly string[], ids: readonly string[]) => {
    pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 2 }]);
    for (const contact of contacts) {
      await pipeline.say(contact, ids);
      await pipeline.settled(contact, (entries) =>
        ids.every((id) => entries.some((entry) => entry.messageId === id && entry.attemptCount === 1)),
      );
    }
    pipeline.emulator.faults.clear();
  };
  await failFirst(['good', 'bad'], ['1', '2']);
  const before = await write('bad', () => 'nonsense');
  await pipeline.settled('good', allAccepted);
  await pipeline.settled('bad', (entries) => entries.every(({ reason }) => reason === 'contact-unreadable'));
  assert.equal(pipeline.emulator.phone(iphone('bad')).notifications.length, 0);

  // Each delivery is retried every minute. Regression: each retry was logged as a store failure at error level and counted in
  // chatpush_store_failures_total, which raised an alarm about a healthy store.
  const reported = () =>
    lines
      .map((line) => JSON.parse(line) as { msg: string; contactId?: string; instanceId?: string })
      .filter(({ contactId }) => contactId !== undefined);
  clock.advance(61_000);
  await givenBackTimes(4);
  assert.deepEqual(
    reported().map(({ instanceId, contactId }) => [instanceId, contactId]),
    [[INSTANCE, 'bad']],
  );
  assert.match(reported()[0]!.msg, /cannot be read/);
  assert.match((await pipeline.metrics.read()).body, /^chatpush_store_failures_total 0$/m);

  await write('bad', () => before);
  clock.advance(61_000);
  await pipeline.settled('bad', allAccepted);
  assert.equal(pipeline.emulator.phone(iphone('bad')).notifications.length, 2);

  // After a successful read, new damage is logged again.
  await failFirst(['bad'], ['3']);
  await write('bad', () => 'nonsense');
  await pipeline.settled('bad', (entries) => entries.some(({ reason }) => reason === 'contact-unreadable'));
  assert.equal(reported().length, 2);
});
