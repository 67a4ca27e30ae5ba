// One shard: its stream, and this process's in-memory view of it.
import { createCalendar, type Calendar } from './calendar.ts';
import type { Connected } from './connect.ts';
import { follow, type Follower } from './follower.ts';
import { createLeader } from './leader.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { shardLayout, type ShardLayout } from './layout.ts';
import type { NewMessage } from './message.ts';
import { createOpenDeliveries, type OpenDeliveries } from './open-deliveries.ts';
import { unpackHead, type ParcelHead, type StoredParcel } from './parcel.ts';
import { createParcels, type Parcels } from './parcels.ts';
import { createReads, type Reads } from './reads.ts';
import type { Recent } from './recent.ts';
import { createWriter, type Writer } from './writer.ts';

export interface Shard {
  readonly layout: ShardLayout;
  readonly reads: Reads;
  readonly writer: Writer;
  readonly open: OpenDeliveries;
  readonly parcels: Parcels;
  readonly calendar: Calendar;
  readonly ledger: Ledger;
  /** Resolves once `open` has everything that was answered, to any node, before this call began. */
  catchUp(): Promise<void>;
  close(): Promise<void>;
}

interface TipHead {
  /** No message before this sequence belongs to a waiting delivery. */
  readonly low: number;
}

export async function openShard(
  connected: Connected,
  prefix: string,
  number: number,
  ours: {
    readonly now: () => number;
    readonly isGone: (owner: string) => boolean;
    readonly recent: Recent<StoredParcel>;
  },
): Promise<Shard> {
  const { now, isGone, recent } = ours;
  const layout = shardLayout(prefix, number);
  const { nats, client } = connected;
  const leader = createLeader(connected.move);
  const reads = createReads(connected, layout.stream, leader);
  const claims = layout.subject('tok', '');
  const open = createOpenDeliveries(now, isGone);
  const writer = createWriter({
    nats,
    reads,
    leader,
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
    [layout.subject('par', '>'), layout.tip],
    (subject, sequence, readHead) => {
      if (subject !== layout.tip)
        open.put(layout.restOf(subject), sequence, () => {
          const head = readHead();
          return head && unpackHead(head as ParcelHead, sequence);
        });
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
    parcels: createParcels({ layout, reads, writer, open, recent, now }),
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
