import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  attempt,
  counts,
  credit,
  fresh,
  ids,
  newDeliveries,
  newDelivery,
  settlement,
  useStore,
  type Open,
} from './harness.ts';

export function claimCases(open: Open): void {
  describe('claim', () => {
    const at = useStore(open);

    test('returns a delivery unchanged, with its age, its remaining time to live and its number of attempts', async () => {
      const [lane, node] = [fresh('lane'), await at.node()];
      const delivery = newDelivery({ lane, expiresInMs: 600_000 });
      await at.store.enqueue([delivery], node, new Map());
      await at.advance(60_000);
      const [claimed] = await at.store.claim(node, credit(lane, 1));
      assert.ok(claimed);
      const { ageMs, expiresInMs, sentBefore, ...rest } = claimed;
      const { expiresInMs: _, ...handedIn } = delivery;
      assert.deepEqual(rest, handedIn);
      assert.equal(sentBefore, 0);
      assert.ok(Math.abs(ageMs - 60_000) < 10_000, `age ${ageMs}`);
      assert.ok(Math.abs(expiresInMs - 540_000) < 10_000, `expires in ${expiresInMs}`);
      const tried = [attempt(), attempt({ outcome: 'unsent' }), attempt({ outcome: 'rejected' })];
      const again = settlement(delivery.id, { status: 'queued', dueInMs: 0 }, tried);
      await at.store.settle(node, [again]);
      assert.equal((await at.store.claim(node, credit(lane, 1)))[0]?.sentBefore, 2);
    });

    test('oldest first, at most the requested number per lane, nothing of other lanes', async () => {
      const [one, two, other] = [fresh('lane'), fresh('lane'), fresh('lane')];
      const node = await at.node();
      const batch = Array.from({ length: 6 }, () => [
        newDelivery({ lane: one }),
        newDelivery({ lane: two }),
        newDelivery({ lane: other }),
      ]).flat();
      await at.store.enqueue(batch, node, new Map());
      const claimed = await at.store.claim(
        node,
        new Map([
          [one, 2],
          [two, 4],
          [other, 0],
        ]),
      );
      const oldest = (lane: string, count: number) =>
        ids(batch.filter((d) => d.lane === lane)).slice(0, count);
      assert.deepEqual(ids(claimed.filter(({ lane }) => lane === one)), oldest(one, 2));
      assert.deepEqual(ids(claimed.filter(({ lane }) => lane === two)), oldest(two, 4));
      assert.equal(claimed.length, 6);
      assert.deepEqual(await at.store.claim(node, credit(fresh('lane'), 5)), []);
    });

    test('never a live node’s delivery; a silent node’s, even if enqueued with a lease', async () => {
      const [lane, live, silent] = [fresh('lane'), await at.node(), await at.node(10_000)];
      const byEnqueue = newDelivery({ lane });
      const byClaim = newDelivery({ lane });
      await at.store.enqueue([byEnqueue, byClaim], silent, credit(lane, 1));
      assert.deepEqual(ids(await at.store.claim(silent, credit(lane, 9))), [byClaim.id]);
      assert.deepEqual(await at.store.claim(live, credit(lane, 9)), []);
      await at.advance(11_000);
      assert.deepEqual(ids(await at.store.claim(live, credit(lane, 9))), [byEnqueue.id, byClaim.id]);
      assert.deepEqual(await at.store.claim(live, credit(lane, 9)), []);
    });

    test('nothing before it is due', async () => {
      const [lane, node] = [fresh('lane'), await at.node()];
      const delivery = newDelivery({ lane });
      await at.store.enqueue([delivery], node, credit(lane, 1));
      await at.store.settle(node, [settlement(delivery.id, { status: 'queued', dueInMs: 60_000 })]);
      assert.deepEqual(await at.store.claim(node, credit(lane, 1)), []);
      await at.advance(61_000);
      assert.deepEqual(ids(await at.store.claim(node, credit(lane, 1))), [delivery.id]);
    });

    test('includes expired deliveries, which must be recorded as expired', async () => {
      const [lane, node] = [fresh('lane'), await at.node()];
      await at.store.enqueue([newDelivery({ lane, expiresInMs: 60_000 })], node, new Map());
      await at.advance(61_000);
      const [claimed] = await at.store.claim(node, credit(lane, 1));
      assert.ok(claimed && claimed.expiresInMs <= 0);
    });

    test('nothing to a node that does not beat', async () => {
      const lane = fresh('lane');
      const [never, silent, gone] = [fresh('node'), await at.node(10_000), await at.node()];
      await at.store.enqueue([newDelivery({ lane })], never, new Map());
      await at.advance(11_000);
      await at.store.leave(gone);
      for (const node of [never, silent, gone]) {
        assert.deepEqual(await at.store.claim(node, credit(lane, 1)), []);
      }
    });

    test('ten concurrent nodes never get the same delivery, and together get all', async () => {
      const lane = fresh('lane');
      const nodes = await Promise.all(Array.from({ length: 10 }, () => at.node()));
      const batch = newDeliveries(200, { lane });
      await at.store.enqueue(batch, 'nobody', new Map());
      const claimed: string[] = [];
      for (let round = 0; claimed.length < 200 && round < 20; round++) {
        const rounds = nodes.map((node, index) =>
          (index % 2 === 0 ? at.stores[0] : at.stores[1]).claim(node, credit(lane, 15)),
        );
        claimed.push(...ids((await Promise.all(rounds)).flat()));
      }
      assert.deepEqual(claimed.sort(), ids(batch).sort());
    });
  });

  describe('waiting', () => {
    const at = useStore(open);

    test('counts what claim would give, by lane, up to the cap', async () => {
      const [many, few, held, later] = [fresh('lane'), fresh('lane'), fresh('lane'), fresh('lane')];
      const [node, silent] = [await at.node(), await at.node(10_000)];
      await at.store.enqueue(newDeliveries(7, { lane: many }), node, new Map());
      await at.store.enqueue(newDeliveries(2, { lane: few }), node, new Map());
      await at.store.enqueue(newDeliveries(3, { lane: held }), silent, credit(held, 2));
      const delivery = newDelivery({ lane: later });
      await at.store.enqueue([delivery], node, credit(later, 1));
      await at.store.settle(node, [settlement(delivery.id, { status: 'queued', dueInMs: 60_000 })]);

      const expected = new Map([
        [many, 5],
        [few, 2],
        [held, 1],
      ]);
      assert.deepEqual(await counts(at.store, 5), expected);
      await at.advance(11_000);
      assert.deepEqual(await counts(at.store, 5), expected.set(held, 3));
      await at.advance(50_000);
      assert.deepEqual(await counts(at.store, 5), expected.set(later, 1));
      const all = [...expected.keys()].map((lane) => [lane, 99] as const);
      assert.equal((await at.store.claim(node, new Map(all))).length, 13);
      assert.deepEqual(await counts(at.store, 5), new Map());
    });

    test('says how long the first due delivery of a lane has been due', async () => {
      const [lane, node] = [fresh('lane'), await at.node()];
      const dueForMs = async () => (await at.store.waiting(9)).get(lane)?.dueForMs;
      const [first, second] = [newDelivery({ lane }), newDelivery({ lane })];
      await at.store.enqueue([first], node, new Map());
      await at.advance(60_000);
      await at.store.enqueue([second], node, new Map());
      await at.advance(60_000);
      const about = async (ms: number) =>
        assert.ok(Math.abs((await dueForMs())! - ms) < 10_000, `${await dueForMs()} instead of ${ms}`);
      await about(120_000);
      assert.deepEqual(ids(await at.store.claim(node, credit(lane, 1))), ids([first]));
      await about(60_000);
      // A retry counts from when it is due.
      await at.store.settle(node, [settlement(first.id, { status: 'queued', dueInMs: 60_000 })]);
      assert.deepEqual(ids(await at.store.claim(node, credit(lane, 1))), ids([second]));
      assert.equal(await dueForMs(), undefined);
      await at.advance(90_000);
      await about(30_000);
    });
  });
}
