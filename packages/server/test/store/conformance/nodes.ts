import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Store } from '../../../src/store/store.ts';
import { credit, fresh, ids, newDelivery, settlement, useStore, type Open } from './harness.ts';

export function nodeCases(open: Open): void {
  describe('beat', () => {
    const at = useStore(open);

    test('keeps a node alive as long as it beats in time', async () => {
      const [node, lane] = [fresh('node'), fresh('lane')];
      assert.equal(await at.store.beat(node, 10_000), 'alive');
      await at.store.enqueue([newDelivery({ lane })], node, credit(lane, 1));
      for (let beat = 0; beat < 5; beat++) {
        await at.advance(5_000);
        assert.equal(await at.store.beat(node, 10_000), 'alive');
      }
      assert.deepEqual(await at.store.claim(await at.node(), credit(lane, 1)), []);
    });

    test('tells a node that was silent for too long, from then on', async () => {
      const node = await at.node(10_000);
      await at.advance(11_000);
      assert.equal(await at.store.beat(node, 10_000), 'evicted');
      assert.equal(await at.store.beat(node, 10_000), 'evicted');
      await at.advance(86_400_000);
      assert.equal(await at.store.beat(node, 10_000), 'evicted');
    });

    test('an evicted node has lost its leases to the first node that asks', async () => {
      const [node, lane] = [await at.node(10_000), fresh('lane')];
      const delivery = newDelivery({ lane });
      await at.store.enqueue([delivery], node, credit(lane, 1));
      await at.advance(11_000);
      assert.equal(await at.store.beat(node, 10_000), 'evicted');
      const [one, two] = [await at.node(), await at.node()];
      const [first, second] = await Promise.all([
        at.stores[0].claim(one, credit(lane, 1)),
        at.stores[1].claim(two, credit(lane, 1)),
      ]);
      assert.deepEqual(ids([...first, ...second]), [delivery.id]);
      assert.deepEqual(await at.store.settle(node, [settlement(delivery.id, { status: 'expired' })]), {
        lost: [delivery.id],
      });
    });

    test('of 50 deliveries that a silent node settles while another takes them over, it settles none', async () => {
      const [node, lane] = [await at.node(10_000), fresh('lane')];
      const deliveries = Array.from({ length: 50 }, () => newDelivery({ lane }));
      await at.store.enqueue(deliveries, node, credit(lane, 50));
      const other = await at.node(60_000);
      await at.advance(11_000);
      const [here, there] = at.stores;
      // A delivery that the silent node is trying to settle at that moment is skipped, and given to the next claim.
      const takeOver = async (): Promise<string[]> => {
        const taken: string[] = [];
        while (taken.length < deliveries.length) {
          const claimed = ids(await there.claim(other, credit(lane, 50)));
          const { lost } = await there.settle(
            other,
            claimed.map((id) => settlement(id, { status: 'expired' })),
          );
          assert.deepEqual(lost, []);
          taken.push(...claimed);
        }
        return taken;
      };
      const settleLate = async (id: string): Promise<readonly string[]> =>
        (await here.settle(node, [settlement(id, { status: 'rejected' })])).lost;
      const [beat, taken, ...lost] = await Promise.all([
        here.beat(node, 10_000),
        takeOver(),
        ...ids(deliveries).map(settleLate),
      ]);
      assert.equal(beat, 'evicted');
      assert.deepEqual(lost.flat().toSorted(), ids(deliveries).toSorted());
      assert.deepEqual(taken.toSorted(), ids(deliveries).toSorted());
    });
  });

  describe('nodes', () => {
    const at = useStore(open);
    const named = async (store: Store, names: readonly string[]) =>
      (await store.nodes()).filter(({ name }) => names.includes(name));

    test('lists the nodes that are alive, oldest first, with their times and descriptions', async () => {
      const [here, there] = at.stores;
      const [one, two] = [fresh('node'), fresh('node')];
      await here.beat(one, 10_000, '{"host":"ü 👋"}');
      await at.advance(4_000);
      await there.beat(two, 10_000);
      await here.beat(one, 10_000);
      for (const store of [here, there]) {
        const [first, second, ...others] = await named(store, [one, two]);
        assert.deepEqual(others, []);
        assert.deepEqual([first?.name, second?.name], [one, two]);
        assert.deepEqual([first?.about, second?.about], ['{"host":"ü 👋"}', '']);
        const [since = 0, beatAt = 0] = [first?.since, first?.beatAt];
        assert.ok(beatAt - since >= 4_000 && beatAt - since < 9_000, `${since} ${beatAt}`);
        assert.ok(second!.since >= since + 4_000 && second!.since === second!.beatAt);
      }
    });

    test('lists neither nodes that have left nor silent ones', async () => {
      const [gone, silent, alive] = [await at.node(), await at.node(10_000), await at.node(20_000)];
      await at.store.leave(gone);
      await at.advance(11_000);
      assert.deepEqual(
        (await named(at.store, [gone, silent, alive])).map(({ name }) => name),
        [alive],
      );
    });
  });

  describe('leave', () => {
    const at = useStore(open);

    test('returns the leases immediately, and the name cannot be reused', async () => {
      const [node, lane] = [await at.node(), fresh('lane')];
      const delivery = newDelivery({ lane });
      await at.store.enqueue([delivery], node, credit(lane, 1));
      await at.store.leave(node);
      assert.deepEqual(ids(await at.store.claim(await at.node(), credit(lane, 1))), [delivery.id]);
      assert.equal(await at.store.beat(node, 10_000), 'evicted');
      await at.store.leave(node);
      await at.store.leave(fresh('node'));
    });
  });
}
