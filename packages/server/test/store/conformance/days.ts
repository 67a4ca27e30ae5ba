import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  credit,
  fresh,
  ids,
  newDelivery,
  settlement,
  skippedDelivery,
  useStore,
  type Open,
} from './harness.ts';
import { RETENTION } from '../../../src/store/store.ts';

const DAY_MS = 86_400_000;

/** The next days whose last second is critical, in order. */
function lastSecondsAfter(now: number): number[] {
  const year = new Date(now).getUTCFullYear();
  const leap = [1, 2, 3, 4, 5, 6, 7, 8]
    .map((more) => year + more)
    .find((one) => new Date(Date.UTC(one, 1, 29)).getUTCMonth() === 1)!;
  return [Date.UTC(year, 11, 31), Date.UTC(leap, 1, 28), Date.UTC(leap, 1, 29), Date.UTC(leap, 11, 31)]
    .map((day) => day + DAY_MS - 1_000)
    .filter((second) => second > now);
}

export function dayCases(open: Open): void {
  describe('the last second of a day', () => {
    const at = useStore(open);

    test('ends and duplicates no delivery, and both days are kept and dropped, at year’s end and in February', async () => {
      const { store } = at;
      const contact = fresh('contact');
      await store.enqueue([skippedDelivery({ contactId: contact })], 'nobody', new Map());
      const { items } = await store.deliveries({ instanceId: 'instance', contactId: contact }, { limit: 1 });
      let now = items[0]!.at;
      const goTo = async (time: number) => {
        await at.advance(time - now);
        now = time;
      };
      const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10);

      for (const lastSecond of lastSecondsAfter(now)) {
        await goTo(lastSecond);
        const [lane, node, contactId] = [
          fresh('lane'),
          await at.node(RETENTION.deliveryMs),
          fresh('contact'),
        ];
        const on = (time: number) => newDelivery({ lane, contactId, day: dayOf(time), expiresInMs: DAY_MS });
        const before = [on(now), on(now)];
        assert.deepEqual(
          (await store.enqueue(before, node, credit(lane, 1))).map(({ state }) => state),
          ['leased', 'queued'],
        );
        await goTo(lastSecond + 2_000);
        assert.notEqual(dayOf(now), before[0]!.day);
        const after = [on(now), on(now)];
        // An event without its own time that is repeated after midnight has the day of its arrival.
        const repeated = { ...before[0]!, day: dayOf(now) };
        assert.deepEqual(
          (await store.enqueue([...after, repeated], node, new Map())).map(({ state }) => state),
          ['queued', 'queued', 'known'],
          dayOf(now),
        );
        const claimed = await store.claim(node, credit(lane, 9));
        assert.deepEqual(ids(claimed).sort(), ids([before[1]!, ...after]).sort());
        assert.ok(claimed.every(({ expiresInMs }) => expiresInMs > DAY_MS - 10_000));
        const settled = [...before, ...after].map(({ id, day }) =>
          Object.assign(settlement(id, { status: 'accepted' }), { day }),
        );
        assert.deepEqual(await store.settle(node, settled), { lost: [] });
        const kept = async () =>
          (await store.deliveries({ instanceId: 'instance', contactId }, { limit: 9 })).items;
        assert.deepEqual(
          (await kept()).map(({ status }) => status),
          Array.from({ length: 4 }, () => 'accepted'),
        );
        const sweepAll = async () => {
          while (await store.sweep(1_000));
        };
        await goTo(lastSecond + RETENTION.deliveryMs - 60_000);
        await sweepAll();
        assert.equal((await kept()).length, 4);
        await goTo(lastSecond + RETENTION.deliveryMs + 60_000);
        await sweepAll();
        assert.deepEqual(ids(await kept()).sort(), ids(after).sort(), 'the older day alone is gone');
        await goTo(lastSecond + RETENTION.deliveryMs + DAY_MS + 60_000);
        await sweepAll();
        assert.deepEqual(await kept(), []);
      }
    });
  });
}
