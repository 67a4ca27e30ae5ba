// One shard: its stream, and this process's in-memory view of it.
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { createCalendar, type Calendar } from './calendar.ts';
import { follow, type Follower } from './follower.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { identity, shardLayout, type ShardLayout } from './layout.ts';
import type { NewMessage } from './message.ts';
import { createOpenDeliveries, type OpenDeliveries, type OpenHead } from './open-deliveries.ts';
import { createReads, type Reads } from './reads.ts';
import { createWriter, type Writer } from './writer.ts';

export interface Shard {
  readonly layout: ShardLayout;
  readonly reads: Reads;
  readonly writer: Writer;
  readonly open: OpenDeliveries;
  readonly calendar: Calendar;
  readonly ledger: Ledger;
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

const asOpen = (head: object | undefined): OpenHead | undefined =>
  head !== undefined && 'lane' in head ? (head as OpenHead) : undefined;

export async function openShard(
  { nats, client, manager }: Connected,
  prefix: string,
  number: number,
  { now, isGone }: { readonly now: () => number; readonly isGone: (owner: string) => boolean },
): Promise<Shard> {
  const layout = shardLayout(prefix, number);
  const reads = createReads(nats, manager, layout.stream);
  const dues = layout.subject('due', '');
  const claims = layout.subject('tok', '');
  const logs = layout.subject('log', '');
  const isOfDelivery = (subject: string): boolean => subject.startsWith(dues) || subject.startsWith(logs);
  const writer = createWriter({
    nats,
    reads,
    // The waiting and the ended message belong to one delivery, under any day.
    keyOf: (subject) => (isOfDelivery(subject) ? identity(subject.slice(dues.length)) : subject),
    closing: (subjects): NewMessage | undefined =>
      subjects.every((subject) => subject.startsWith(claims)) ? undefined : { subject: layout.tip, head: {} },
  });
  const open = createOpenDeliveries(now, isGone);

  async function reachedTip(follower: Follower): Promise<void> {
    const tip = await reads.last(layout.tip);
    if (tip) await follower.reached(tip.sequence);
  }

  const calendar = createCalendar(client, layout, reads, now, reachedTip);
  const ledger = createLedger(client, layout, reachedTip);
  const follower: Follower = await follow(
    client,
    layout.stream,
    [`${dues}>`, layout.tip],
    (subject, sequence, readHead) => {
      if (subject.startsWith(dues)) open.put(subject.slice(dues.length), sequence, () => asOpen(readHead()));
      open.told(sequence);
    },
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
    catchUp,
    async close() {
      await calendar.close();
      await ledger.close();
      await follower.close();
    },
  };
}
