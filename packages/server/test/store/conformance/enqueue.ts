import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  credit,
  fresh,
  ids,
  newDeliveries,
  newDelivery,
  settlement,
  skippedDelivery,
  useStore,
  type Open,
} from './harness.ts';

export function enqueueCases(open: Open): void {
  describe('enqueue', () => {
    const at = useStore(open);
    const states = async (...parameters: Parameters<typeof at.store.enqueue>) =>
      (await at.store.enqueue(...parameters)).map(({ state }) => state);

    test('returns results in the order of the batch', async () => {
      const batch = [newDelivery(), skippedDelivery(), newDelivery()];
      assert.deepEqual(await at.store.enqueue(batch, await at.node(), new Map()), [
        { id: batch[0]?.id, state: 'queued' },
        { id: batch[1]?.id, state: 'skipped' },
        { id: batch[2]?.id, state: 'queued' },
      ]);
      assert.deepEqual(await at.store.enqueue([], 'nobody', new Map()), []);
    });

    test('a known id changes nothing, within a batch, after it has ended, and under another day', async () => {
      const node = await at.node();
      const lane = fresh('lane');
      const delivery = newDelivery({ lane, contactId: fresh('contact') });
      assert.deepEqual(await states([delivery, delivery], node, credit(lane, 5)), ['leased', 'known']);
      const otherDay = { ...delivery, day: '2026-11-23', work: 'other' };
      assert.deepEqual(await states([otherDay], node, credit(lane, 5)), ['known']);
      await at.store.settle(node, [settlement(delivery.id, { status: 'accepted' })]);
      await at.advance(86_400_000);
      const again = await at.node();
      assert.deepEqual(await states([otherDay, delivery], again, credit(lane, 5)), ['known', 'known']);
      assert.deepEqual(await at.store.claim(again, credit(lane, 5)), []);
      const log = await at.store.deliveries(delivery, { limit: 10 });
      assert.deepEqual(
        log.items.map(({ status }) => status),
        ['accepted'],
      );
    });

    test('one message of an instance waits for few of another’s 20 batches of 300', async () => {
      const [instanceId, other] = [fresh('instance'), fresh('instance')];
      let answered = 0;
      const flood = Array.from({ length: 20 }, async () => {
        await at.store.enqueue(newDeliveries(300, { instanceId }), 'node', new Map());
        answered++;
      });
      const one = newDelivery({ instanceId: other });
      await at.store.contacts([one]);
      assert.deepEqual(await states([one], 'node', new Map()), ['queued']);
      assert.ok(answered <= 5, `${answered} of 20 batches were answered before the message`);
      await Promise.all(flood);
    });

    test('a skipped delivery is known, too, and never becomes work', async () => {
      const node = await at.node();
      const lane = fresh('lane');
      const skipped = skippedDelivery();
      assert.deepEqual(await states([skipped], node, new Map()), ['skipped']);
      assert.deepEqual(
        await states([skipped, newDelivery({ id: skipped.id, lane })], node, credit(lane, 1)),
        ['known', 'known'],
      );
      assert.equal((await at.store.waiting(10)).get(lane), undefined);
    });

    test('leases as many of each lane as the node has credit for, in order; known ids cost no credit', async () => {
      const node = await at.node();
      const [fast, slow] = [fresh('lane'), fresh('lane')];
      const known = newDelivery({ lane: fast });
      await at.store.enqueue([known], node, credit(fast, 1));
      const batch = [
        known,
        newDelivery({ lane: fast }),
        newDelivery({ lane: slow }),
        newDelivery({ lane: fast }),
        newDelivery({ lane: fast }),
      ];
      assert.deepEqual(await states(batch, node, credit(fast, 2)), [
        'known',
        'leased',
        'queued',
        'leased',
        'queued',
      ]);
      const other = await at.node();
      const claimed = await at.store.claim(
        other,
        new Map([
          [fast, 9],
          [slow, 9],
        ]),
      );
      assert.deepEqual(ids(claimed).sort(), [batch[2]?.id, batch[4]?.id]);
    });

    test('leases nothing while the lane has older work that is due', async () => {
      const node = await at.node();
      const lane = fresh('lane');
      assert.deepEqual(await states([newDelivery({ lane })], node, new Map()), ['queued']);
      assert.deepEqual(await states([newDelivery({ lane })], node, credit(lane, 9)), ['queued']);
      const claimed = await at.store.claim(node, credit(lane, 9));
      assert.equal(claimed.length, 2);
      assert.deepEqual(await states([newDelivery({ lane })], node, credit(lane, 9)), ['leased']);
      // Deliveries that are due later do not block others.
      const [first] = claimed;
      await at.store.settle(node, [settlement(first?.id ?? '', { status: 'queued', dueInMs: 3_600_000 })]);
      assert.deepEqual(await states([newDelivery({ lane })], node, credit(lane, 9)), ['leased']);
    });

    test('the work of a silent node is older work', async () => {
      const lane = fresh('lane');
      const silent = await at.node(10_000);
      assert.deepEqual(await states([newDelivery({ lane })], silent, credit(lane, 1)), ['leased']);
      const node = await at.node();
      assert.deepEqual(await states([newDelivery({ lane })], node, credit(lane, 1)), ['leased']);
      await at.advance(11_000);
      assert.deepEqual(await states([newDelivery({ lane })], node, credit(lane, 1)), ['queued']);
    });

    test('leases nothing to a node that does not beat', async () => {
      const lane = fresh('lane');
      assert.deepEqual(await states([newDelivery({ lane })], fresh('node'), credit(lane, 1)), ['queued']);
    });

    test('20 concurrent copies of one batch store each delivery once', async () => {
      const node = await at.node();
      const lane = fresh('lane');
      const batch = newDeliveries(40, { lane });
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) => {
          const store = index % 2 === 0 ? at.stores[0] : at.stores[1];
          // In a different order each time: two batches must not deadlock on each other's rows.
          const turned = [...batch.slice(index), ...batch.slice(0, index)];
          return store.enqueue(turned, node, credit(lane, 3));
        }),
      );
      const stored = results.flat().filter(({ state }) => state !== 'known');
      assert.deepEqual(ids(stored).sort(), ids(batch).sort());
      const held = stored.filter(({ state }) => state === 'leased').length;
      assert.equal((await at.store.claim(node, credit(lane, 99))).length, 40 - held);
    });

    test('500 deliveries in one call, each once, all of them work', async () => {
      const node = await at.node();
      const lane = fresh('lane');
      const batch = newDeliveries(500, { lane });
      assert.deepEqual(new Set(await states(batch, node, new Map())), new Set(['queued']));
      assert.deepEqual(ids(await at.store.claim(node, credit(lane, 1000))), ids(batch));
    });
  });
}
