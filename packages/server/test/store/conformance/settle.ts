import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, credit, fresh, ids, newDelivery, settlement, useStore, type Open } from './harness.ts';
import type { EndStatus } from '../../../src/store/store.ts';

export function settleCases(open: Open): void {
  describe('settle', () => {
    const at = useStore(open);
    const logOf = async (contactId: string) => {
      const { items } = await at.store.deliveries({ instanceId: 'instance', contactId }, { limit: 10 });
      assert.equal(items.length, 1);
      const [entry] = items;
      assert.ok(entry);
      return entry;
    };
    /** A delivery in its own lane and contact, leased to its own node. */
    const leased = async (ttlMs?: number) => {
      const [lane, contactId, node] = [fresh('lane'), fresh('contact'), await at.node(ttlMs)];
      const delivery = newDelivery({ lane, contactId });
      await at.store.enqueue([delivery], node, credit(lane, 1));
      return { node, lane, contactId, id: delivery.id };
    };

    for (const status of ['accepted', 'rejected', 'expired', 'withdrawn'] satisfies EndStatus[]) {
      test(`${status} ends a delivery, with its reason and every attempt`, async () => {
        const { node, lane, contactId, id } = await leased();
        const attempts = [
          attempt({ at: 1, outcome: 'unsent', answer: 'GOAWAY' }),
          attempt({ at: 2, outcome: 'rejected', answer: '410 Unregistered', ms: 12 }),
        ];
        const reason = status === 'accepted' ? undefined : 'token-dead';
        const end = settlement(id, { status, reason }, attempts);
        assert.deepEqual(await at.store.settle(node, [end]), { lost: [] });
        const entry = await logOf(contactId);
        assert.equal(entry.status, status);
        assert.equal(entry.reason, reason);
        assert.deepEqual(entry.attempts, attempts);
        assert.equal(entry.attemptCount, 2);
        assert.deepEqual(await at.store.settle(node, [end]), { lost: [] }, 'a repeat is harmless');
        assert.deepEqual((await logOf(contactId)).attemptCount, 2);
        await at.store.leave(node);
        assert.deepEqual(await at.store.claim(await at.node(), credit(lane, 1)), []);
      });
    }

    test('queued returns the lease, due later', async () => {
      const { node, lane, contactId, id } = await leased();
      const wait = settlement(id, { status: 'queued', dueInMs: 60_000, reason: 'gateway-busy' }, [attempt()]);
      assert.deepEqual(await at.store.settle(node, [wait]), { lost: [] });
      const entry = await logOf(contactId);
      assert.deepEqual([entry.status, entry.reason, entry.attemptCount], ['queued', 'gateway-busy', 1]);
      await at.advance(61_000);
      assert.deepEqual(ids(await at.store.claim(await at.node(), credit(lane, 1))), [id]);
    });

    test('a repeated queued does not remove a newer lease', async () => {
      const { node, lane, id } = await leased();
      const wait = settlement(id, { status: 'queued', dueInMs: 0 }, [attempt()]);
      await at.store.settle(node, [wait]);
      assert.equal((await at.store.claim(node, credit(lane, 1))).length, 1);
      await at.store.settle(node, [wait]);
      assert.deepEqual(await at.store.claim(await at.node(), credit(lane, 1)), []);
      const end = settlement(id, { status: 'rejected' }, [attempt({ at: 5 })]);
      assert.deepEqual(await at.store.settle(node, [end]), { lost: [] });
    });

    test('without the lease everything but accepted is lost, but its attempts are recorded', async () => {
      const { lane, contactId, id } = await leased(10_000);
      const other = await at.node();
      const early = settlement(id, { status: 'rejected' }, [attempt({ at: 1 })]);
      assert.deepEqual(await at.store.settle(other, [early]), { lost: [id] });
      await at.advance(11_000);
      assert.equal((await at.store.claim(other, credit(lane, 1))).length, 1);
      const stranger = await at.node();
      for (const [index, to] of (
        [{ status: 'expired' }, { status: 'withdrawn' }, { status: 'queued', dueInMs: 0 }] as const
      ).entries()) {
        const late = settlement(id, to, [attempt({ at: 10 + index })]);
        assert.deepEqual(await at.store.settle(stranger, [late]), { lost: [id] });
      }
      const entry = await logOf(contactId);
      assert.deepEqual([entry.status, entry.attemptCount], ['queued', 4]);
      const end = settlement(id, { status: 'rejected' });
      assert.deepEqual(await at.store.settle(other, [end]), { lost: [] });
    });

    test('a silent node has lost its leases, even before another took them', async () => {
      const { node, id } = await leased(10_000);
      await at.advance(11_000);
      const end = settlement(id, { status: 'rejected' }, [attempt()]);
      assert.deepEqual(await at.store.settle(node, [end]), { lost: [id] });
    });

    test('accepted ends a delivery no matter who owns it, even one that had ended otherwise', async () => {
      const { node, lane, contactId, id } = await leased(10_000);
      await at.advance(11_000);
      const other = await at.node();
      await at.store.claim(other, credit(lane, 1));
      const late = settlement(id, { status: 'accepted' }, [attempt({ outcome: 'accepted' })]);
      assert.deepEqual(await at.store.settle(node, [late]), { lost: [] });
      assert.equal((await logOf(contactId)).status, 'accepted');
      const theirs = settlement(id, { status: 'rejected' }, [attempt({ at: 9 })]);
      assert.deepEqual(await at.store.settle(other, [theirs]), { lost: [id] });
      assert.deepEqual((await logOf(contactId)).status, 'accepted');

      const ended = await leased();
      await at.store.settle(ended.node, [settlement(ended.id, { status: 'expired', reason: 'late' })]);
      await at.store.settle(node, [settlement(ended.id, { status: 'accepted' })]);
      const entry = await logOf(ended.contactId);
      assert.deepEqual([entry.status, entry.reason], ['accepted', undefined]);
    });

    test('keeps the first two and the last eight attempts and counts them all', async () => {
      const { node, lane, contactId, id } = await leased();
      const attempts = Array.from({ length: 25 }, (_, at) => attempt({ at, answer: `503 ${at}` }));
      for (let from = 0; from < 25; from += 5) {
        const part = settlement(id, { status: 'queued', dueInMs: 0 }, attempts.slice(from, from + 5));
        assert.deepEqual(await at.store.settle(node, [part]), { lost: [] });
        await at.store.claim(node, credit(lane, 1));
      }
      const entry = await logOf(contactId);
      assert.deepEqual(entry.attempts, [...attempts.slice(0, 2), ...attempts.slice(-8)]);
      assert.equal(entry.attemptCount, 25);
    });

    test('a whole batch at once, returning only the lost ones', async () => {
      const [lane, node, other] = [fresh('lane'), await at.node(), await at.node()];
      const batch = Array.from({ length: 100 }, () => newDelivery({ lane }));
      await at.store.enqueue(batch, node, credit(lane, 60));
      await at.store.claim(other, credit(lane, 40));
      const ends = batch.map(({ id }, index) =>
        settlement(id, index % 2 === 0 ? { status: 'accepted' } : { status: 'rejected', reason: 'no' }, [
          attempt(),
        ]),
      );
      const unknown = settlement(fresh('delivery'), { status: 'rejected' });
      const { lost } = await at.store.settle(node, [...ends, unknown]);
      const expected = batch.filter((_, index) => index >= 60 && index % 2 === 1);
      assert.deepEqual(lost.sort(), [...ids(expected), unknown.id].sort());
    });

    test('one delivery twice in a batch is settled in order', async () => {
      const { node, contactId, id } = await leased();
      const first = settlement(id, { status: 'rejected', reason: 'first' }, [attempt({ at: 1 })]);
      const second = settlement(id, { status: 'expired', reason: 'second' }, [attempt({ at: 2 })]);
      assert.deepEqual(await at.store.settle(node, [first, second]), { lost: [id] });
      const entry = await logOf(contactId);
      assert.deepEqual([entry.status, entry.reason, entry.attemptCount], ['rejected', 'first', 2]);
    });
  });
}
