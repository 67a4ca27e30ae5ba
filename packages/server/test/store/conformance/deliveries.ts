import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fresh, ids, newDelivery, skippedDelivery, useStore, type Open } from './harness.ts';
import type { LogEntry } from '../../../src/store/store.ts';

export function deliveryLogCases(open: Open): void {
  describe('deliveries', () => {
    const at = useStore(open);

    test('lists enqueued and skipped deliveries', async () => {
      const contactId = fresh('contact');
      const queued = newDelivery({ contactId });
      const skipped = skippedDelivery({ contactId, reason: 'own-message' });
      const suspended = skippedDelivery({ contactId, reason: 'suspended', registrationId: 'r-2' });
      await at.store.enqueue([queued, skipped, suspended], 'nobody', new Map());
      const { items, next } = await at.store.deliveries(queued, { limit: 10 });
      assert.equal(next, undefined);
      const times = new Set(items.map(({ at }) => at));
      assert.equal(times.size, 1);
      const [time] = times;
      assert.ok(time !== undefined && time > Date.UTC(2020, 0));
      const never = { contactId, attempts: [], attemptCount: 0, at: time };
      assert.deepEqual(items, [
        {
          id: suspended.id,
          messageId: suspended.messageId,
          registrationId: 'r-2',
          status: 'skipped',
          reason: 'suspended',
          ...never,
        },
        { id: skipped.id, messageId: skipped.messageId, status: 'skipped', reason: 'own-message', ...never },
        {
          id: queued.id,
          messageId: queued.messageId,
          registrationId: queued.registrationId,
          lane: queued.lane,
          status: 'queued',
          ...never,
          expiresAt: time + queued.expiresInMs,
        },
      ]);
    });

    test('newest first, page by page, each entry once, even while more arrive', async () => {
      const contactId = fresh('contact');
      const stored = Array.from({ length: 25 }, () => newDelivery({ contactId }));
      for (const delivery of stored) await at.store.enqueue([delivery], 'nobody', new Map());
      const pages: LogEntry[][] = [];
      let next: string | undefined;
      do {
        const page = await at.store.deliveries({ instanceId: 'instance', contactId }, { limit: 10, next });
        pages.push([...page.items]);
        ({ next } = page);
        await at.store.enqueue([newDelivery({ contactId })], 'nobody', new Map());
      } while (next !== undefined);
      assert.deepEqual(
        pages.map(({ length }) => length),
        [10, 10, 5],
      );
      assert.deepEqual(ids(pages.flat()), ids(stored).reverse());
    });

    test('a page that contains exactly the rest is the last', async () => {
      const contactId = fresh('contact');
      const stored = [newDelivery({ contactId }), newDelivery({ contactId })];
      await at.store.enqueue(stored, 'nobody', new Map());
      const page = await at.store.deliveries({ instanceId: 'instance', contactId }, { limit: 2 });
      assert.deepEqual([page.items.length, page.next], [2, undefined]);
    });

    test('shows nothing of other contacts and instances', async () => {
      const delivery = newDelivery({ contactId: fresh('contact') });
      await at.store.enqueue([delivery], 'nobody', new Map());
      const other = await at.store.deliveries({ ...delivery, instanceId: 'other' }, { limit: 10 });
      assert.deepEqual(other, { items: [] });
    });
  });
}
