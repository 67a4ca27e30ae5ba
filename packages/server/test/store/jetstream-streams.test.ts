// The contents of the streams, and the errors for streams with a wrong configuration.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { examineJetStream } from '../../src/store/jetstream/examine.ts';
import { openJetStreamStore } from '../../src/store/jetstream/jetstream-store.ts';
import { shardOf } from '../../src/store/jetstream/layout.ts';
import type { Store } from '../../src/store/store.ts';
import { attempt, credit, ids, newDeliveries, newDelivery, settlement } from './conformance/harness.ts';
import { newAddress } from './jetstream-harness.ts';
import { startNats, type NatsServers } from './nats-servers.ts';

let servers: NatsServers;
let nats: NatsConnection;
before(async () => {
  servers = await startNats();
  nats = await connect({ servers: servers.url });
});
after(async () => {
  await nats.close();
  await servers.close();
});

async function opened(
  run: (store: Store, address: ReturnType<typeof newAddress>) => Promise<void>,
): Promise<void> {
  const address = newAddress(servers);
  const store = await openJetStreamStore({ address });
  try {
    await run(store, address);
  } finally {
    await store.close();
  }
}

/** Every message of every stream, as text. */
async function textOfStreams({ prefix, shards }: ReturnType<typeof newAddress>): Promise<string> {
  const manager = await jetstreamManager(nats);
  const texts: string[] = [];
  for (const stream of [prefix, ...Array.from({ length: shards }, (_, shard) => `${prefix}-${shard}`)])
    for (
      const { state } = await manager.streams.info(stream), seq = { at: state.first_seq };
      seq.at <= state.last_seq;
      seq.at++
    ) {
      const message = await manager.streams.getMessage(stream, { seq: seq.at }).catch(() => null);
      if (message) texts.push(`${message.header.get('Chatpush')}\n${new TextDecoder().decode(message.data)}`);
    }
  return texts.join('\n');
}

test('the text of a message is removed from all streams once its push has ended', () =>
  opened(async (store, address) => {
    const [ended, waits] = ['ended', 'waits'].map((name) => newDelivery({ work: `SECRET of ${name}` }));
    await store.beat('node', 60_000);
    await store.enqueue([ended!, waits!], 'node', credit('lane', 2));
    const before = await textOfStreams(address);
    assert.ok(before.includes('SECRET of ended') && before.includes('SECRET of waits'));
    await store.settle('node', [
      settlement(ended!.id, { status: 'accepted' }, [attempt()]),
      settlement(waits!.id, { status: 'queued', dueInMs: 0 }, [attempt()]),
    ]);
    const later = await textOfStreams(address);
    assert.ok(!later.includes('SECRET of ended'));
    assert.ok(later.includes('SECRET of waits'));
  }));

test('a node that starts finds every waiting delivery, and reads nothing from before the oldest', () =>
  opened(async (store, address) => {
    await store.beat('node', 60_000);
    const settleAll = async (count: number) => {
      const ended = newDeliveries(count, { lane: 'quick' });
      await store.enqueue(ended, 'node', credit('quick', count));
      const accepted = { status: 'accepted' } as const;
      await store.settle(
        'node',
        ended.map(({ id }) => settlement(id, accepted, [attempt()])),
      );
    };
    await settleAll(50);
    const waits = newDeliveries(3, { lane: 'slow' });
    await store.enqueue(waits, 'node', new Map());
    const shard = shardOf('instance', address.shards);
    const manager = await jetstreamManager(nats);
    const stream = `${address.prefix}-${shard}`;
    const parcels = `${address.prefix}.${shard}.par.>`;
    const oldest = (await manager.streams.getMessage(stream, { last_by_subj: parcels }))!.seq;
    await settleAll(50);
    const restarted = await openJetStreamStore({ address });
    try {
      const waiting = await restarted.waiting(10);
      assert.deepEqual([...waiting.keys(), waiting.get('slow')?.count], ['slow', 3]);
      assert.deepEqual(ids(await restarted.claim('node', credit('slow', 10))), ids(waits));
    } finally {
      await restarted.close();
    }
    const tip = await manager.streams.getMessage(stream, { last_by_subj: `${address.prefix}.${shard}.tip` });
    const { low } = JSON.parse(tip!.header.get('Chatpush')) as { low: number };
    assert.equal(low, oldest);
  }));

test('a consumer that reports nothing is replaced', () =>
  opened(async (store, address) => {
    const manager = await jetstreamManager(nats);
    const stream = `${address.prefix}-${shardOf('instance', address.shards)}`;
    for await (const { name } of manager.consumers.list(stream))
      await manager.consumers.pause(stream, name, new Date(Date.now() + 60_000));
    const delivery = newDelivery();
    const other = await openJetStreamStore({ address });
    await other.enqueue([delivery], 'nobody', new Map());
    await other.close();
    assert.ok((await store.waiting(1)).has(delivery.lane));
  }));

test('a contact with more deliveries than fit one answer shows all of them', () =>
  opened(async (store) => {
    const many = newDeliveries(1_100, { contactId: 'busy' });
    await store.enqueue(many, 'nobody', new Map());
    const { items } = await store.deliveries({ instanceId: 'instance', contactId: 'busy' }, { limit: 2_000 });
    assert.deepEqual(ids(items), ids(many).reverse());
  }));

test('a killed process loses its leases to another only after it was silent for too long', () =>
  opened(async (store, address) => {
    const other = await openJetStreamStore({ address });
    try {
      const delivery = newDelivery();
      await other.beat('dies', 1_500);
      await other.enqueue([delivery], 'dies', credit('lane', 1));
      await store.beat('lives', 60_000);
      assert.deepEqual(await store.claim('lives', credit('lane', 1)), []);
      await new Promise((resolve) => setTimeout(resolve, 1_700));
      assert.deepEqual(ids(await store.claim('lives', credit('lane', 1))), [delivery.id]);
      assert.equal(await other.beat('dies', 1_500), 'evicted');
    } finally {
      await other.close();
    }
  }));

test('streams with a wrong configuration are refused with one sentence that says how to fix them', async () => {
  const address = newAddress(servers);
  await (await openJetStreamStore({ address })).close();
  const refuses = async (change: Partial<typeof address>, words: RegExp) => {
    await assert.rejects(openJetStreamStore({ address: { ...address, ...change } }), words);
  };
  await refuses({ shards: 3 }, /shards=2/);
  await refuses({ replicas: 3 }, /1 replicas.*replicas=1/);

  const manager = await jetstreamManager(nats);
  await manager.streams.update(`${address.prefix}-1`, { allow_atomic: false });
  await refuses({}, /allow_atomic = false.*nats stream edit/);

  const old = newAddress(servers);
  await (await openJetStreamStore({ address: old })).close();
  const metadata = { 'chatpush-format': '2', 'chatpush-shards': '2' };
  await manager.streams.update(`${old.prefix}-0`, { metadata });
  await assert.rejects(
    openJetStreamStore({ address: old }),
    /format 2, .* knows 3.*export .* import .*prefix/,
  );

  const foreign = newAddress(servers);
  await manager.streams.add({
    name: foreign.prefix,
    subjects: [`${foreign.prefix}.>`],
    storage: StorageType.Memory,
  });
  await assert.rejects(openJetStreamStore({ address: foreign }), /another owner.*prefix/);
});

test('unreachable servers and servers without JetStream are refused with one sentence', async () => {
  const address = newAddress(servers);
  await assert.rejects(
    openJetStreamStore({ address: { ...address, servers: ['127.0.0.1:1'] } }),
    /nothing answers there/,
  );
});

test('servers older than 2.12 are refused with one sentence', async () => {
  const old = createServer((socket) => {
    socket.write(
      'INFO {"server_id":"old","version":"2.11.9","proto":1,"headers":true,"jetstream":true,"max_payload":1048576}\r\n',
    );
    socket.on('data', (data) => {
      if (data.includes('PING')) socket.write('PONG\r\n');
    });
    socket.on('error', () => undefined);
  });
  await once(old.listen(0, '127.0.0.1'), 'listening');
  const server = `127.0.0.1:${(old.address() as AddressInfo).port}`;
  try {
    await assert.rejects(openJetStreamStore({ address: { ...newAddress(servers), servers: [server] } }), {
      message: `NATS at ${server} runs nats-server 2.11.9: chatpush needs atomic batches, which require 2.12.0. Upgrade every server.`,
    });
  } finally {
    old.close();
  }
});

test('doctor says what one server cannot do, and what cannot be seen', async () => {
  const said = await examineJetStream(newAddress(servers));
  assert.match(said.join('\n'), /There is only one server[^]*sync_interval: always/);
});
