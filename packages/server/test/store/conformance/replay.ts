import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { attempt, credit, fresh, ids, newDelivery, settlement, useStore, type Open } from './harness.ts';
import type { EndStatus, Replay, Settlement } from '../../../src/store/store.ts';

const KEEP = '{"body":"Bücher 📚"}';

export function replayCases(open: Open): void {
  describe('replay and withdraw', () => {
    const at = useStore(open);

    /** A delivery leased to its own node, with settlements applied. */
    async function delivery(...tos: Settlement['to'][]) {
      const [instanceId, lane, node] = [fresh('instance'), fresh('lane'), await at.node()];
      const { id } = newDelivery();
      await at.store.enqueue([newDelivery({ id, instanceId, lane })], node, credit(lane, 1));
      for (const [index, to] of tos.entries())
        await at.store.settle(node, [settlement(id, to, [attempt({ at: index })])]);
      return { instanceId, lane, node, id, read: () => at.store.delivery(instanceId, id) };
    }
    const again = (lane: string): Replay => ({
      lane,
      expiresInMs: 3_600_000,
      work: '{"again":true}',
      reason: 'replayed',
    });

    for (const status of ['rejected', 'expired', 'withdrawn'] satisfies EndStatus[])
      test(`${status}: the stored content is read and requeued under the same id with its attempts`, async () => {
        const { instanceId, id, read } = await delivery({ status, reason: 'why', keep: KEEP });
        const ended = await read();
        assert.deepEqual([ended?.kept, ended?.isKept], [KEEP, true]);
        const lane = fresh('lane');
        assert.equal(await at.store.replay(instanceId, id, again(lane)), 'queued');
        const queued = await read();
        assert.deepEqual(
          [queued?.status, queued?.reason, queued?.lane, queued?.attemptCount, queued?.kept, queued?.isKept],
          ['queued', 'replayed', lane, 1, undefined, undefined],
        );
        assert.ok(queued!.expiresAt! > queued!.at);
        const node = await at.node();
        const [claimed, ...others] = await at.store.claim(node, credit(lane, 5));
        assert.deepEqual(others, []);
        assert.deepEqual([claimed?.id, claimed?.work, claimed?.sentBefore], [id, '{"again":true}', 1]);
        assert.ok(claimed!.expiresInMs > 3_500_000 && claimed!.expiresInMs <= 3_600_000);
        const end = settlement(id, { status: 'accepted' }, [attempt({ at: 9, outcome: 'accepted' })]);
        assert.deepEqual(await at.store.settle(node, [end]), { lost: [] });
        const accepted = await read();
        assert.deepEqual([accepted?.status, accepted?.attemptCount], ['accepted', 2]);
        assert.equal(await at.store.replay(instanceId, id, again(lane)), 'changed', 'it arrived');
      });

    test('a delivery is not replayed if it is queued, accepted, unknown, of another instance, or without stored content', async () => {
      const refuse = async (instanceId: string, id: string) => {
        const before = await at.store.delivery(instanceId, id);
        assert.equal(await at.store.replay(instanceId, id, again('lane')), 'changed');
        assert.deepEqual(await at.store.delivery(instanceId, id), before);
      };
      for (const tos of [
        [],
        [{ status: 'queued', dueInMs: 0 }],
        [{ status: 'accepted' }],
        [{ status: 'expired' }],
        // Accepted by a late answer.
        [{ status: 'expired', keep: KEEP }, { status: 'accepted' }],
      ] satisfies Settlement['to'][][]) {
        const { instanceId, id } = await delivery(...tos);
        await refuse(instanceId, id);
      }
      const { id } = await delivery({ status: 'expired', keep: KEEP });
      await refuse(fresh('instance'), id);
      await refuse(fresh('instance'), fresh('delivery'));
    });

    test('of concurrent replays exactly one succeeds', async () => {
      const { instanceId, id, lane } = await delivery({ status: 'rejected', keep: KEEP });
      const results = await Promise.all(
        [0, 1, 0, 1].map((which) => at.stores[which]!.replay(instanceId, id, again(lane))),
      );
      assert.deepEqual(results.sort(), ['changed', 'changed', 'changed', 'queued']);
    });

    test('the stored content survives a late attempt and is removed by a withdrawal', async () => {
      const { instanceId, id, read } = await delivery({ status: 'expired', keep: KEEP });
      const late = settlement(id, { status: 'rejected' }, [attempt({ at: 99 })]);
      assert.deepEqual(await at.store.settle(await at.node(), [late]), { lost: [id] });
      assert.deepEqual([(await read())?.kept, (await read())?.attemptCount], [KEEP, 2]);
      await at.store.replay(instanceId, id, again(fresh('lane')));
      await at.store.withdraw(instanceId, id, 'no-longer-wanted');
      assert.equal((await read())?.kept, undefined);
      assert.equal(await at.store.replay(instanceId, id, again('lane')), 'changed');
    });

    test('a withdrawn waiting delivery cannot be claimed', async () => {
      const { instanceId, id, lane, read } = await delivery({ status: 'queued', dueInMs: 0 });
      assert.equal(await at.store.withdraw(instanceId, id, 'not-wanted'), 'withdrawn');
      assert.deepEqual([(await read())?.status, (await read())?.reason], ['withdrawn', 'not-wanted']);
      assert.deepEqual(await at.store.claim(await at.node(), credit(lane, 1)), []);
      assert.deepEqual(
        ids((await at.store.instanceDeliveries({ instanceId, status: 'undelivered' }, { limit: 5 })).items),
        [id],
      );
    });

    test('withdrawn while leased: the owner can only settle it as accepted', async () => {
      const { instanceId, id, lane, node, read } = await delivery();
      assert.equal(await at.store.withdraw(instanceId, id, 'not-wanted'), 'withdrawn');
      const wait = settlement(id, { status: 'queued', dueInMs: 0 }, [attempt()]);
      assert.deepEqual(await at.store.settle(node, [wait]), { lost: [id] });
      assert.equal((await read())?.status, 'withdrawn');
      await at.store.leave(node);
      assert.deepEqual(await at.store.claim(await at.node(), credit(lane, 1)), []);
      const end = settlement(id, { status: 'accepted' }, [attempt({ at: 2, outcome: 'accepted' })]);
      assert.deepEqual(await at.store.settle(node, [end]), { lost: [] });
      assert.equal((await read())?.status, 'accepted');
    });

    test('an ended or unknown delivery cannot be withdrawn', async () => {
      for (const status of ['accepted', 'rejected', 'expired', 'withdrawn'] satisfies EndStatus[]) {
        const { instanceId, id, read } = await delivery({ status, keep: KEEP });
        const before = await read();
        assert.equal(await at.store.withdraw(instanceId, id, 'not-wanted'), 'ended');
        assert.deepEqual(await read(), before);
        assert.equal(await at.store.withdraw(fresh('instance'), id, 'not-wanted'), 'unknown');
      }
      assert.equal(await at.store.withdraw('instance', fresh('delivery'), 'not-wanted'), 'unknown');
    });
  });
}
