// One shard: its stream, and this process's in-memory view of it.
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { createCalendar, type Calendar } from './calendar.ts';
import { follow, type Follower } from './follower.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { shardLayout, type ShardLayout } from './layout.ts';
import type { NewMessage } from './message.ts';
import { createOpenDeliveries, type OpenDeliveries, type OpenHead } from './open-deliveries.ts';
import { createReads, type Reads } from './reads.ts';
import { createRecent, type Recent } from './recent.ts';
import type { StoredDelivery } from './stored-delivery.ts';
import { createWriter, type Writer } from './writer.ts';

export interface Shard {
  readonly layout: ShardLayout;
  readonly reads: Reads;
  readonly writer: Writer;
  readonly open: OpenDeliveries;
  readonly calendar: Calendar;
  readonly ledger: Ledger;
  /** Waiting deliveries that this process wrote without leasing them: a claim needs their texts. */
  readonly queued: Recent<StoredDelivery>;
  /** Resolves once `open` has everything that was answered, to any node, before this call began. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

/** The connection, shared by the parts of the store. */
export interface Connected {
  readonly nats: NatsConnection;
  readonly client: JetStreamClient;
  readonly manager: JetStreamManager;
}

interface TipHead {
  /** No message before this sequence is one of a waiting delivery. */
  readonly low: number;
}

export async function openShard(
  { nats, client, manager }: Connected,
  prefix: string,
  number: number,
  { now, isGone }: { readonly now: () => number; readonly isGone: (owner: string) => boolean },
): Promise<Shard> {
  const layout = shardLayout(prefix, number);
  const reads = createReads(nats, manager, layout.stream);
  const claims = layout.subject('tok', '');
  const open = createOpenDeliveries(now, isGone);
  const writer = createWriter({
    nats,
    reads,
    closing(subjects): NewMessage | undefined {
      if (subjects.every((subject) => subject.startsWith(claims))) return undefined;
      const head: TipHead = { low: open.low() };
      return { subject: layout.tip, head };
    },
  });

  async function reachedTip(follower: Follower): Promise<void> {
    const tip = await reads.last(layout.tip);
    if (tip) await follower.reached(tip.sequence);
  }

  const calendar = createCalendar(client, layout, reads, now, reachedTip);
  const ledger = createLedger(client, layout, reachedTip);
  const tip = await reads.last<TipHead>(layout.tip);
  const follower: Follower = await follow(
    client,
    layout.stream,
    [layout.subject('dlv', '>'), layout.tip],
    (subject, sequence, readHead) => {
      if (subject !== layout.tip)
        open.put(layout.restOf(subject), sequence, () => readHead() as OpenHead | undefined);
      open.told(sequence);
    },
    tip?.head.low,
  );

  const catchUp = (): Promise<void> => reachedTip(follower);
  await catchUp();

  return {
    layout,
    reads,
    writer,
    open,
    calendar,
    ledger,
    queued: createRecent(),
    catchUp,
    async close() {
      await calendar.close();
      await ledger.close();
      await follower.close();
    },
  };
}
