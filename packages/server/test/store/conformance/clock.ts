import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { counts, credit, fresh, ids, newDelivery, settlement, useStore, type Open } from './harness.ts';

const HOUR_MS = 3_600_000;
const TTL_MS = 10_000;

export function clockCases(open: Open): void {
  describe('a clock that is set back by an hour', () => {
    const at = useStore(open);

    test('does not delay postponed, unleased or returned deliveries', async () => {
      const [lane, node] = [fresh('lane'), await at.node(TTL_MS)];
      const [putOff, unleased, held] = [newDelivery({ lane }), newDelivery({ lane }), newDelivery({ lane })];
      await at.store.enqueue([putOff, held], node, credit(lane, 2));
      await at.store.settle(node, [settlement(putOff.id, { status: 'queued', dueInMs: 5_000 })]);
      await at.store.enqueue([unleased], node, new Map());
      assert.deepEqual(await counts(at.store, 9), new Map([[lane, 1]]));
      await at.setBack(HOUR_MS);
      assert.deepEqual(await counts(at.store, 9), new Map([[lane, 2]]));
      await at.store.leave(node);
      const claimed = await at.store.claim(await at.node(TTL_MS), credit(lane, 9));
      assert.deepEqual(ids(claimed).sort(), ids([putOff, unleased, held]).sort());
    });

    test('later delays count in full', async () => {
      const [lane, node] = [fresh('lane'), await at.node(TTL_MS)];
      const delivery = newDelivery({ lane });
      await at.store.waiting(9);
      await at.setBack(HOUR_MS);
      await at.store.waiting(9);
      await at.store.enqueue([delivery], node, credit(lane, 1));
      await at.store.settle(node, [settlement(delivery.id, { status: 'queued', dueInMs: 5_000 })]);
      assert.deepEqual(await counts(at.store, 9), new Map());
      await at.advance(6_000);
      assert.deepEqual(await counts(at.store, 9), new Map([[lane, 1]]));
      assert.equal((await at.store.claim(node, credit(lane, 1))).length, 1);
    });

    test('keeps the leases of live nodes, and those of a dead node no longer than usual', async () => {
      const [lane, living, dead] = [fresh('lane'), await at.node(TTL_MS), await at.node(TTL_MS)];
      const [of, ofDead] = [newDelivery({ lane }), newDelivery({ lane })];
      await at.store.enqueue([of], living, credit(lane, 1));
      await at.store.enqueue([ofDead], dead, credit(lane, 1));
      await at.store.waiting(9);
      await at.setBack(HOUR_MS);
      assert.deepEqual(await counts(at.store, 9), new Map());
      for (const _ of [1, 2]) {
        await at.advance(6_000);
        assert.equal(await at.store.beat(living, TTL_MS), 'alive');
      }
      assert.deepEqual(ids(await at.store.claim(living, credit(lane, 9))), [ofDead.id]);
      assert.deepEqual(await at.store.settle(living, [settlement(of.id, { status: 'accepted' })]), {
        lost: [],
      });
    });

    test('and forward again loses nothing and returns nothing twice', async () => {
      const [lane, node] = [fresh('lane'), await at.node(2 * HOUR_MS)];
      const deliveries = Array.from({ length: 6 }, () => newDelivery({ lane }));
      for (const [index, delivery] of deliveries.entries()) {
        await at.store.enqueue([delivery], node, new Map());
        await at.store.waiting(9);
        await at.setBack(index % 2 === 0 ? HOUR_MS : -HOUR_MS);
      }
      assert.equal((await counts(at.store, 9)).get(lane), deliveries.length);
      assert.deepEqual(ids(await at.store.claim(node, credit(lane, 99))).sort(), ids(deliveries).sort());
    });
  });
}
