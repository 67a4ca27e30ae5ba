// Deliveries share messages: what that must not change.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { openJetStreamStore } from '../../src/store/jetstream/jetstream-store.ts';
import type { Delivery, NewDelivery, Store } from '../../src/store/store.ts';
import {
  attempt,
  credit,
  fresh,
  ids,
  newDeliveries,
  newDelivery,
  settlement,
  useStore,
} from './conformance/harness.ts';
import { newAddress, openJetStreamHarness } from './jetstream-harness.ts';
import { startNats, type NatsServers } from './nats-servers.ts';

let servers: NatsServers;
before(async () => {
  servers = await startNats();
});
after(() => servers.close());

const accepted = { status: 'accepted' } as const;
const work = (deliveries: readonly Pick<Delivery, 'id' | 'work'>[]): Record<string, string> =>
  Object.fromEntries(deliveries.map(({ id, work: text }) => [id, text]));

describe('deliveries that share messages', () => {
  const at = useStore(() => openJetStreamHarness(servers));

  const LONG: readonly { readonly what: string; readonly deliveries: () => NewDelivery[] }[] = [
    {
      what: 'texts of 180 KB',
      deliveries: () => newDeliveries(12, { lane: fresh('lane'), work: '漢'.repeat(60_000) }),
    },
    {
      what: 'lanes of 2,000 characters',
      deliveries: () =>
        Array.from({ length: 90 }, () => newDelivery({ lane: fresh('lane').padEnd(2_000, 'é') })),
    },
    {
      what: 'names of 500 characters',
      deliveries: () =>
        Array.from({ length: 90 }, () => {
          const [id, contactId] = [fresh('delivery').padEnd(500, '漢'), fresh('contact').padEnd(500, '漢')];
          return newDelivery({ id, contactId, messageId: '漢'.repeat(500), lane: 'one lane' });
        }),
    },
  ];
  for (const { what, deliveries } of LONG)
    test(`${what} are stored, leased, and settled with ten long answers each`, async () => {
      const node = await at.node();
      const enqueued = deliveries();
      await at.store.enqueue(enqueued, node, new Map());
      const lanes = new Set(enqueued.map(({ lane }) => lane));
      const claimed = await at.store.claim(node, new Map([...lanes].map((lane) => [lane, 1_000])));
      assert.deepEqual(work(claimed), work(enqueued));
      const attempts = Array.from({ length: 10 }, (_, index) =>
        attempt({ at: 1_000 + index, answer: `503 ${'x'.repeat(300)}` }),
      );
      const settled = await at.store.settle(
        node,
        enqueued.map(({ id }) => settlement(id, accepted, attempts)),
      );
      assert.deepEqual(settled.lost, []);
      const { items } = await at.store.deliveries(enqueued[0]!, { limit: 1_000 });
      assert.ok(items.every(({ status, attemptCount }) => status === 'accepted' && attemptCount === 10));
    });

  test('two nodes lease and settle deliveries of the same messages at once, each once', async () => {
    const nodes = [await at.node(), await at.node()];
    const lane = fresh('lane');
    const enqueued = newDeliveries(60, { lane });
    await at.store.enqueue(enqueued, 'nobody', new Map());
    const claimed = await Promise.all(
      at.stores.map((store, index) => store.claim(nodes[index]!, credit(lane, 30))),
    );
    assert.deepEqual(ids(claimed.flat()).toSorted(), ids(enqueued).toSorted());
    const settled = await Promise.all(
      at.stores.flatMap((store, index) =>
        claimed[index]!.map(({ id }) => store.settle(nodes[index]!, [settlement(id, accepted, [attempt()])])),
      ),
    );
    assert.deepEqual(
      settled.flatMap(({ lost }) => lost),
      [],
    );
    const { items } = await at.store.deliveries(enqueued[0]!, { limit: 60 });
    assert.deepEqual(
      items.map(({ status, attemptCount }) => `${status} ${attemptCount}`),
      enqueued.map(() => 'accepted 1'),
    );
  });

  test('a batch with known ids stores the others', async () => {
    const lane = fresh('lane');
    const [known, others] = [newDeliveries(5, { lane }), newDeliveries(200, { lane })];
    await at.store.enqueue(known, 'nobody', new Map());
    const states = await at.stores[1].enqueue([...known, ...others], 'nobody', new Map());
    assert.deepEqual(
      states.map(({ state }) => state),
      [...known.map(() => 'known'), ...others.map(() => 'queued')],
    );
    assert.equal((await at.store.waiting(1_000)).get(lane)?.count, 205);
  });

  test('an id is known as long as its delivery, also if that is replayed on its last day', async () => {
    const node = await at.node(30 * 86_400_000);
    const lane = fresh('lane');
    const day = new Date(Date.now()).toISOString().slice(0, 10);
    const delivery = newDelivery({ lane, day, instanceId: fresh('instance') });
    const replay = { lane, expiresInMs: 43_200_000, work: 'again', reason: 'replayed' };
    await at.store.enqueue([delivery], node, credit(lane, 1));
    const rejected = { status: 'rejected', reason: 'refused', keep: 'kept' } as const;
    await at.store.settle(node, [settlement(delivery.id, rejected, [attempt()])]);
    await at.advance(7 * 86_400_000);
    assert.equal(await at.store.replay(delivery.instanceId, delivery.id, replay), 'queued');
    await at.advance(1.6 * 86_400_000);
    const states = await at.store.enqueue([delivery], node, new Map());
    assert.deepEqual(states, [{ id: delivery.id, state: 'known' }]);
    const { items } = await at.store.deliveries(delivery, { limit: 2 });
    assert.deepEqual(
      items.map(({ status }) => status),
      ['queued'],
    );
  });
});

test('500 deliveries of one call are 500 ids and at most ten other messages', async () => {
  const address = newAddress(servers);
  const nats = await connect({ servers: servers.url });
  const manager = await jetstreamManager(nats);
  const store: Store = await openJetStreamStore({ address });
  const last = async (): Promise<number> => {
    const streams = ['0', '1'].map((shard) => manager.streams.info(`${address.prefix}-${shard}`));
    return (await Promise.all(streams)).reduce((sum, { state }) => sum + state.last_seq, 0);
  };
  try {
    await store.beat('node', 60_000);
    const deliveries = newDeliveries(500);
    await store.enqueue(deliveries, 'node', credit('lane', 500));
    assert.ok((await last()) <= 510);
    await store.settle(
      'node',
      deliveries.map(({ id }) => settlement(id, accepted, [attempt()])),
    );
    assert.ok((await last()) <= 520);
  } finally {
    await store.close();
    await nats.close();
  }
});
