import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  contactChange,
  fresh,
  ids,
  newClaim,
  newDelivery,
  skippedDelivery,
  useStore,
  type Open,
} from './harness.ts';
import { RETENTION } from '../../../src/store/store.ts';

const DAY_MS = 86_400_000;

export function sweepCases(open: Open): void {
  describe('sweep', () => {
    const at = useStore(open);
    /** The store's own day, the given number of days later. */
    const day = async (days = 0) => {
      const contactId = fresh('contact');
      await at.store.enqueue([skippedDelivery({ contactId })], 'nobody', new Map());
      const { items } = await at.store.deliveries({ instanceId: 'instance', contactId }, { limit: 1 });
      return new Date((items[0]?.at ?? NaN) + days * DAY_MS).toISOString().slice(0, 10);
    };
    const sweepAll = async () => {
      let rounds = 0;
      while (await at.store.sweep(1000)) rounds += 1;
      return rounds;
    };

    test('removes deliveries by the day of their event after its retention, and no longer knows them', async () => {
      const contactId = fresh('contact');
      const old = newDelivery({ contactId, day: await day(-1) });
      const today = newDelivery({ contactId, day: await day() });
      await at.store.enqueue([old, today], 'nobody', new Map());
      const kept = async () => ids((await at.store.deliveries(old, { limit: 10 })).items);

      await at.advance(RETENTION.deliveryMs - DAY_MS);
      await sweepAll();
      assert.deepEqual(await kept(), [today.id, old.id], 'kept for the longest time to live and an hour');
      // At most a day until yesterday's end is that long ago, and at most two until today's is.
      await at.advance(DAY_MS + 1);
      await sweepAll();
      assert.deepEqual(await kept(), [today.id]);
      await at.advance(DAY_MS);
      await sweepAll();
      assert.deepEqual(await kept(), []);
    });

    test('removes claims after 7 days and contacts at their own time', async () => {
      const claim = newClaim();
      const short = contactChange({ keepForMs: 3_600_000 });
      const renewed = contactChange({ keepForMs: 3_600_000 });
      const forever = contactChange();
      await at.store.commit({ contact: short, claim });
      await at.store.commit({ contact: renewed });
      await at.store.commit({ contact: forever });
      const stored = async () => (await at.store.contacts([short, renewed, forever])).map((c) => c?.version);
      await sweepAll();
      assert.deepEqual(await stored(), [1, 1, 1]);
      await at.store.commit({ contact: { ...renewed, version: 1, keepForMs: undefined } });
      await at.advance(3_600_001);
      await sweepAll();
      assert.deepEqual(await stored(), [undefined, 2, 1]);
      await at.advance(RETENTION.claimMs);
      await sweepAll();
      assert.equal(await at.store.commit({ contact: short, claim }), 'committed');
    });

    test('removes no more than its limit at a time and says that there is more', async () => {
      await sweepAll();
      const contacts = Array.from({ length: 25 }, () => contactChange({ keepForMs: 1000 }));
      for (const contact of contacts) await at.store.commit({ contact });
      await at.advance(1001);
      const more: boolean[] = [];
      do more.push(await at.store.sweep(10));
      while (more.at(-1) === true);
      assert.deepEqual(more, [true, true, false]);
    });
  });
}
