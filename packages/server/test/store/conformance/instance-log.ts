import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, credit, fresh, ids, newDeliveries, newDelivery } from './harness.ts';
import { settlement, skippedDelivery, useStore, type Open } from './harness.ts';
import type { DeliveryFilter, EndStatus, LogEntry, Settlement } from '../../../src/store/store.ts';

const MINUTE_MS = 60_000;

export function instanceLogCases(open: Open): void {
  describe('the deliveries of an instance', () => {
    const at = useStore(open);

    /** All pages, any of which may be short. */
    async function list(filter: DeliveryFilter, limit = 100): Promise<LogEntry[]> {
      const entries: LogEntry[] = [];
      let next: string | undefined;
      do {
        const page = await at.store.instanceDeliveries(filter, { limit, next });
        assert.ok(page.items.length <= limit);
        entries.push(...page.items);
        ({ next } = page);
      } while (next !== undefined);
      return entries;
    }

    /** One delivery of each kind, in a new instance. */
    async function oneOfEach() {
      const [instanceId, lane, node] = [fresh('instance'), `APNS ${fresh('app')}`, await at.node()];
      const stored: Record<string, string> = {};
      const start = async (name: string, to?: Settlement['to'], in_ = lane) => {
        const delivery = newDelivery({ instanceId, lane: in_ });
        await at.store.enqueue([delivery], node, credit(in_, 1));
        if (to) await at.store.settle(node, [settlement(delivery.id, to, [attempt()])]);
        stored[name] = delivery.id;
        await at.advance(10);
      };
      await start('leased');
      for (const status of ['accepted', 'rejected', 'expired', 'withdrawn'] satisfies EndStatus[])
        await start(status, { status, ...(status === 'rejected' && { reason: 'BadDeviceToken' }) });
      await start('waiting', { status: 'queued', dueInMs: 60_000, reason: 'breaker-open' }, `GCM ${lane}`);
      const skipped = skippedDelivery({ instanceId, reason: 'own-message' });
      await at.store.enqueue([skipped], node, new Map());
      stored['skipped'] = skipped.id;
      const named = (entries: readonly LogEntry[]) =>
        entries.map(({ id }) => Object.keys(stored).find((name) => stored[name] === id));
      return { instanceId, lane, named };
    }

    test('newest first: all started deliveries, or those with a status', async () => {
      const { instanceId, named } = await oneOfEach();
      const all = ['waiting', 'withdrawn', 'expired', 'rejected', 'accepted', 'leased'];
      assert.deepEqual(named(await list({ instanceId })), all);
      const of = async (status: DeliveryFilter['status']) => named(await list({ instanceId, status }));
      assert.deepEqual(await of('queued'), ['waiting', 'leased']);
      for (const status of ['accepted', 'rejected', 'expired', 'withdrawn', 'skipped'] as const)
        assert.deepEqual(await of(status), [status]);
      assert.deepEqual(await of('undelivered'), ['withdrawn', 'expired', 'rejected']);
    });

    test('by reason, by lane prefix, and by several conditions at once', async () => {
      const { instanceId, lane, named } = await oneOfEach();
      assert.deepEqual(named(await list({ instanceId, reason: 'BadDeviceToken' })), ['rejected']);
      assert.deepEqual(named(await list({ instanceId, lanes: ['GCM '] })), ['waiting']);
      assert.deepEqual(named(await list({ instanceId, lanes: [lane.slice(0, -1), 'GCM '] })).length, 6);
      assert.deepEqual(await list({ instanceId, lanes: [] }), []);
      const both = { instanceId, lanes: [lane], status: 'undelivered', reason: 'BadDeviceToken' } as const;
      assert.deepEqual(named(await list(both)), ['rejected']);
      assert.deepEqual(await list({ ...both, status: 'accepted' }), []);
      assert.deepEqual(await list({ ...both, lanes: ['GCM '] }), []);
    });

    test('by enqueue time: including the start, excluding the end', async () => {
      const { instanceId, named } = await oneOfEach();
      const [newest, , expired] = await list({ instanceId });
      assert.ok(newest && expired);
      assert.deepEqual(named(await list({ instanceId, from: newest.at })), ['waiting']);
      assert.deepEqual(named(await list({ instanceId, from: expired.at, to: newest.at })), [
        'withdrawn',
        'expired',
      ]);
      assert.deepEqual(await list({ instanceId, from: newest.at + 1 }), []);
      assert.deepEqual(await list({ instanceId, from: 5, to: 6 }), []);
    });

    test('shows the same as the log of the contact', async () => {
      const delivery = newDelivery({ instanceId: fresh('instance'), contactId: fresh('contact') });
      await at.store.enqueue([delivery], 'nobody', new Map());
      const { items } = await at.store.deliveries(delivery, { limit: 1 });
      assert.deepEqual([items[0]!.lane, items[0]!.contactId], [delivery.lane, delivery.contactId]);
      assert.deepEqual(await list({ instanceId: delivery.instanceId }), items);
      assert.deepEqual(await at.store.delivery(delivery.instanceId, delivery.id), items[0]);
      assert.equal(await at.store.delivery('other', delivery.id), undefined);
      assert.equal(await at.store.delivery(delivery.instanceId, fresh('delivery')), undefined);
    });

    test('page by page, each once, even within one millisecond and while more arrive', async () => {
      const instanceId = fresh('instance');
      const stored = newDeliveries(25, { instanceId });
      await at.store.enqueue(stored.slice(0, 12), 'nobody', new Map());
      await at.advance(1);
      await at.store.enqueue(stored.slice(12), 'nobody', new Map());
      const pages: string[][] = [];
      let next: string | undefined;
      do {
        const page = await at.store.instanceDeliveries({ instanceId }, { limit: 10, next });
        pages.push(ids(page.items));
        ({ next } = page);
        await at.advance(1);
        await at.store.enqueue([newDelivery({ instanceId })], 'nobody', new Map());
      } while (next !== undefined);
      assert.deepEqual(
        pages.map(({ length }) => length),
        [10, 10, 5],
      );
      assert.deepEqual(new Set(pages.flat().slice(0, 13)), new Set(ids(stored.slice(12))));
      assert.deepEqual(new Set(pages.flat()), new Set(ids(stored)));
    });

    test('finds one match among many others, with possibly empty pages', async () => {
      const instanceId = fresh('instance');
      const rare = newDelivery({ instanceId, lane: 'rare' });
      await at.store.enqueue([rare], 'nobody', new Map());
      for (let count = 0; count < 5_000; count += 500) {
        await at.advance(1);
        await at.store.enqueue(newDeliveries(500, { instanceId, lane: 'usual' }), 'nobody', new Map());
      }
      assert.deepEqual(ids(await list({ instanceId, lanes: ['rare'] })), [rare.id]);
      assert.equal((await list({ instanceId }, 1_000)).length, 5_001);
    });

    test('counts per minute the started and the undelivered deliveries', async () => {
      const [instanceId, lane, node] = [fresh('instance'), fresh('lane'), await at.node()];
      const first = newDeliveries(3, { instanceId, lane });
      await at.store.enqueue([...first, skippedDelivery({ instanceId })], node, credit(lane, 3));
      await at.store.enqueue([newDelivery({ instanceId: fresh('instance') })], node, new Map());
      const minute = Math.floor((await list({ instanceId }))[0]!.at / MINUTE_MS);
      await at.advance(2 * MINUTE_MS);
      await at.store.enqueue([newDelivery({ instanceId, lane })], node, new Map());
      await at.store.settle(node, [
        settlement(first[0]!.id, { status: 'expired' }),
        settlement(first[1]!.id, { status: 'accepted' }, [attempt({ outcome: 'accepted' })]),
      ]);
      const counts = (of: 'started' | 'undelivered') =>
        at.store.deliveryCounts(instanceId, of, minute - 1, minute + 3);
      assert.deepEqual(await counts('started'), [0, 3, 0, 1]);
      assert.deepEqual(await counts('undelivered'), [0, 1, 0, 0]);
      assert.deepEqual(await at.store.deliveryCounts(instanceId, 'started', minute, minute), []);
      // Accepted after all, by a late answer.
      await at.store.settle(node, [
        settlement(first[0]!.id, { status: 'accepted' }, [attempt({ outcome: 'accepted' })]),
      ]);
      assert.deepEqual(await counts('undelivered'), [0, 0, 0, 0]);
    });
  });
}
