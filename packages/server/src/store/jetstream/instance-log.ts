// The deliveries of an instance: list, count, replay and withdraw.
import { UNDELIVERED } from '../settle-rule.ts';
import type { LogEntry, Store } from '../store.ts';
import { toLogEntry, type DeliveryHead } from './delivery-message.ts';
import type { LedgerRow } from './ledger.ts';
import type { Shard } from './shard.ts';
import { findDelivery, readDelivery, replaceDelivery, type StoredDelivery } from './stored-delivery.ts';

type InstanceLogVerbs = Pick<
  Store,
  'instanceDeliveries' | 'deliveryCounts' | 'delivery' | 'replay' | 'withdraw'
>;

export function instanceLogVerbs(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): InstanceLogVerbs {
  async function entryOf(shard: Shard, { subject, sequence }: LedgerRow): Promise<LogEntry[]> {
    const found = await shard.reads.at<DeliveryHead>(sequence);
    const head = found?.head ?? (await readDelivery(shard, shard.layout.restOf(subject)))?.head;
    return head === undefined ? [] : [toLogEntry(head)];
  }

  /** Rewrites the delivery; `false`: somebody else has written it since it was read. */
  async function replace(before: StoredDelivery, head: DeliveryHead, text: string): Promise<boolean> {
    const { shard, rest } = before;
    const written = await shard.writer.write(replaceDelivery(before, head, text, now()));
    if ('found' in written) return false;
    const isOpen = head.status === 'queued';
    // Of the two messages the emptied one is written last; the other has the delivery.
    const sequence = written.sequences[0]!;
    shard.open.put(
      rest,
      isOpen ? sequence : written.sequences.at(-1)!,
      isOpen ? { ...head, lane: head.lane!, dueAt: head.dueAt! } : undefined,
    );
    return true;
  }

  return {
    async instanceDeliveries(filter, page) {
      const shard = shardFor(filter.instanceId);
      const { rows, edge } = await shard.ledger.page(filter, page);
      const kept = rows.slice(0, page.limit);
      const last = rows.length > page.limit ? kept.at(-1) : edge;
      const items = await Promise.all(kept.map((row) => entryOf(shard, row)));
      return { items: items.flat(), ...(last && { next: `${last.at} ${last.seq}` }) };
    },
    deliveryCounts: (instanceId, of, from, to) =>
      shardFor(instanceId).ledger.counts(instanceId, of, from, to),
    async delivery(instanceId, id) {
      const found = await findDelivery(shardFor(instanceId), id, instanceId);
      if (found === undefined) return undefined;
      return { ...toLogEntry(found.head), ...(found.isOver && found.text !== '' && { kept: found.text }) };
    },
    async replay(instanceId, id, { lane, expiresInMs, work, reason }) {
      const before = await findDelivery(shardFor(instanceId), id, instanceId);
      if (before === undefined || before.text === '' || !UNDELIVERED.includes(before.head.status))
        return 'changed';
      const at = now();
      const head: DeliveryHead = {
        ...before.head,
        status: 'queued',
        reason,
        lane,
        dueAt: at,
        expiresAt: at + Math.round(expiresInMs),
      };
      return (await replace(before, head, work)) ? 'queued' : 'changed';
    },
    async withdraw(instanceId, id, reason) {
      for (;;) {
        const before = await findDelivery(shardFor(instanceId), id, instanceId);
        if (before === undefined) return 'unknown';
        if (before.isOver) return 'ended';
        const { owner: _, ...head } = before.head;
        if (await replace(before, { ...head, status: 'withdrawn', reason }, '')) return 'withdrawn';
      }
    },
  };
}
