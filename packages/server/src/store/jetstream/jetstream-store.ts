// The store on NATS JetStream (2.12 or newer): for several nodes, on a cluster without a single primary. See
// layout.ts.
import type { NatsAddress } from '../../addresses/nats-url.ts';
import { limitVerbs, type Verbs } from '../limited-verbs.ts';
import type { Store } from '../store.ts';
import { connectTo, explainedBy, type Connected } from './connect.ts';
import { contactVerbs } from './contacts.ts';
import { everythingVerb } from './everything.ts';
import { deliveryLogVerb } from './delivery-log.ts';
import { enqueueVerb } from './enqueue.ts';
import { follow } from './follower.ts';
import { openHints } from './hints.ts';
import { instanceLogVerbs } from './instance-log.ts';
import { laneVerbs } from './lanes.ts';
import { controlLayout, shardOf } from './layout.ts';
import { createLeader } from './leader.ts';
import { createNodes } from './nodes.ts';
import { createRecentParcels } from './parcels.ts';
import { createReads } from './reads.ts';
import { settingVerbs } from './settings.ts';
import { settleVerb } from './settle.ts';
import { openShard, type Shard } from './shard.ts';
import { readStoreTime, type StoreTime } from './store-time.ts';
import { warningsOf } from './examine.ts';
import { prepareStreams } from './streams.ts';
import { sweepVerb } from './sweep.ts';
import { createWriter } from './writer.ts';

export interface JetStreamStoreOptions {
  readonly address: NatsAddress;
  /** Called with one sentence for each thing that may lose accepted pushes. */
  readonly warn?: (sentence: string) => void;
  /** For tests, which control it. Default: the clock of the streams' leaders. */
  readonly clock?: { now(): number; monotonic(): number };
}

/**
 * Connects, creates and checks the streams, and reads the waiting deliveries. Rejects with a sentence for the
 * operator.
 */
export async function openJetStreamStore({ address, warn, clock }: JetStreamStoreOptions): Promise<Store> {
  const connected = await connectTo(address);
  try {
    const streams = await prepareStreams(connected.manager, address);
    if (warn) for (const sentence of warningsOf(streams, connected, address)) warn(sentence);
    const time = clock
      ? { now: () => clock.now(), monotonic: () => clock.monotonic(), refresh: () => Promise.resolve() }
      : await readStoreTime(connected.manager, address.prefix);
    return await openOn(connected, address, time);
  } catch (error) {
    await connected.nats.close();
    throw explainedBy(error, address);
  }
}

async function openOn(
  connected: Connected,
  { prefix, shards: count }: NatsAddress,
  time: StoreTime,
): Promise<Store> {
  const { nats, client } = connected;
  const layout = controlLayout(prefix);
  const now = (): number => time.now();
  const leader = createLeader(connected.move);
  const reads = createReads(connected, layout.stream, leader);
  const writer = createWriter({ nats, reads, leader });
  const nodes = createNodes(layout, reads, writer, time);
  const beats = await follow(client, layout.stream, [layout.nodes], (_, sequence, head) =>
    nodes.hear(sequence, head()),
  );
  await beats.caughtUp();

  const recent = createRecentParcels();
  const shards: Shard[] = await Promise.all(
    Array.from({ length: count }, (_, number) =>
      openShard(connected, prefix, number, { now, isGone: (owner) => nodes.isGone(owner), recent }),
    ),
  );
  const shardFor = (instanceId: string): Shard => shards[shardOf(instanceId, count)]!;
  nodes.onGone((name) => {
    for (const { open } of shards) open.release(name);
  });
  const hints = openHints(nats, layout.hint);
  // Only now does the server know about it.
  await nats.flush();
  const lanes = laneVerbs(shards, nodes, time);
  const verbs: Verbs = {
    ...contactVerbs(shardFor, now),
    async ended(limit) {
      const due = await Promise.all(shards.map(({ calendar }) => calendar.ended(limit)));
      const oldestFirst = due.flat().sort((a, b) => a.dueAt - b.dueAt);
      return oldestFirst.slice(0, limit).map(({ contact }) => contact);
    },
    enqueue: enqueueVerb(shardFor, nodes, now),
    claim: lanes.claim,
    async waiting(cap) {
      await time.refresh();
      return lanes.waiting(cap);
    },
    settle: settleVerb(shards, nodes, now),
    beat: nodes.beat,
    nodes: nodes.nodes,
    leave: nodes.leave,
    deliveries: deliveryLogVerb(shardFor, now),
    ...instanceLogVerbs(shardFor, now),
    registrations: (instanceId) => shardFor(instanceId).calendar.registrations(instanceId),
    ...settingVerbs(layout, reads, writer),
    everything: everythingVerb(
      [
        { reads, subject: `${prefix}.set.>` },
        ...shards.map((shard) => ({ reads: shard.reads, subject: shard.layout.all })),
      ],
      now,
    ),
    sweep: sweepVerb(shards, now),
  };
  const limited = limitVerbs(verbs);
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    await limited.close();
    hints.close();
    await Promise.all([beats.close(), ...shards.map((shard) => shard.close())]);
    await nats.close();
  }

  return {
    ...limited.verbs,
    onHint: hints.onHint,
    hint: hints.hint,
    close: () => (closed ??= close()),
  };
}
