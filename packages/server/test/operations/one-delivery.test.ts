// Promise: one event, one delivery, even if events are repeated, split, reordered, or sent to two nodes at once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { INSTANCE, create, createService, message, openService } from './harness.ts';

const DEVICES = 2;

const told = fc.record({
  id: fc.constantFrom('m1', 'm2', 'm3', 'm4'),
  /** By the initial contact's id, by both ids, or by the later one alone. */
  by: fc.constantFrom('initial', 'both', 'later'),
});
const batches = fc.array(
  fc.record({ node: fc.nat(1), events: fc.array(told, { minLength: 1, maxLength: 8 }) }),
  { minLength: 1, maxLength: 8 },
);

test('each event has one delivery per device, and is counted as new exactly once', async () => {
  await using base = await openService();
  // The second node has no capacity: what it accepts is queued.
  const nodes = [base, createService(base.store, base.clock, { room: 0 })];
  let runs = 0;

  await fc.assert(
    fc.asyncProperty(batches, async (batches) => {
      const initial = `initial-${runs}`;
      const later = `later-${runs++}`;
      for (let n = 0; n < DEVICES; n++)
        await base.call(
          'CreatePushNotificationRegistration',
          create({ contactId: initial, DeviceToken: `device-${n}` }),
        );
      // The later id is known from here on.
      await base.changes.alias({ instanceId: INSTANCE, contactId: later }, initial);

      const answers = await Promise.all(
        batches.map(({ node, events }) =>
          nodes[node]!.call('PutChatEvents', {
            InstanceId: INSTANCE,
            Events: events.map(({ id, by }) =>
              message({
                Id: id,
                ContactId: by === 'initial' ? initial : later,
                InitialContactId: by === 'both' ? initial : undefined,
              }),
            ),
          }),
        ),
      );

      const ids = new Set(batches.flatMap(({ events }) => events.map(({ id }) => id)));
      const results = answers.flatMap(({ Results }) => Results);
      for (const { Deliveries, Reason } of results) {
        assert.equal(Deliveries, DEVICES);
        assert.equal(Reason ?? 'duplicate', 'duplicate');
      }
      const fresh = results.filter(({ Reason }) => Reason === undefined).map(({ Id }) => Id);
      assert.deepEqual(fresh.sort(), [...ids].sort());
      const log = await base.call('ListDeliveries', {
        InstanceId: INSTANCE,
        ContactId: later,
        MaxResults: 100,
      });
      assert.deepEqual(log.Deliveries.map(({ MessageId }) => MessageId).sort(), [...ids, ...ids].sort());
    }),
    { seed: 20_261_122, numRuns: 40 },
  );
});
