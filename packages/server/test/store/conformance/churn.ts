// Many nodes that join, work and leave concurrently.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, credit, fresh, ids, newDeliveries, settlement, useStore, type Open } from './harness.ts';
import type { Settlement, Store } from '../../../src/store/store.ts';

export function churnCases(open: Open): void {
  describe('nodes that join and leave', () => {
    const at = useStore(open);

    test('no delivery is stuck or ends twice, whenever a node leaves', async () => {
      const lane = fresh('lane');
      const enqueued: string[] = [];
      const ended: string[] = [];
      let lost = 0;

      /** Settles its deliveries, but returns every third. */
      async function work(store: Store, node: string, got: readonly string[], turn: number): Promise<void> {
        const settlements = got.map((id, index): Settlement => {
          const to: Settlement['to'] =
            (index + turn) % 3 === 0
              ? { status: 'queued', dueInMs: 0 }
              : { status: 'rejected', reason: node };
          return settlement(id, to, [attempt({ at: turn, answer: node })]);
        });
        const result = await store.settle(node, settlements);
        lost += result.lost.length;
        const refused = new Set(result.lost);
        for (const { id, to } of settlements)
          if (to.status === 'rejected' && !refused.has(id)) ended.push(id);
      }

      async function live(store: Store, turns: number): Promise<void> {
        for (let turn = 0; turn < turns; turn++) {
          const node = await at.node();
          const batch = newDeliveries(12, { lane });
          enqueued.push(...ids(batch));
          const enqueuing = store.enqueue(batch, node, credit(lane, 8));
          const claiming = store.claim(node, credit(lane, 10));
          // On odd turns it leaves while it is still receiving work.
          const leaving = turn % 2 === 1 ? store.leave(node) : undefined;
          const leased = (await enqueuing).filter(({ state }) => state === 'leased');
          const got = [...ids(leased), ...ids(await claiming)];
          // On every fourth turn it leaves before it settles, and so loses what it leased.
          if (turn % 4 === 2) await store.leave(node);
          await work(store, node, got, turn);
          await leaving;
          await store.leave(node);
        }
      }

      await Promise.all(
        Array.from({ length: 6 }, (_, index) => live(index % 2 === 0 ? at.stores[0] : at.stores[1], 8)),
      );
      // Every node has left, so the rest must be claimable.
      const last = await at.node();
      for (let round = 0; (await at.store.waiting(1)).size > 0 && round < 200; round++) {
        await work(at.store, last, ids(await at.store.claim(last, credit(lane, 100))), round);
      }
      assert.deepEqual(ended.sort(), enqueued.sort());
      assert.ok(lost > 0, 'nodes did lose leases in this test');
    });
  });
}
