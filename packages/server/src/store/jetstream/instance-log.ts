// The deliveries of an instance: list, count, replay and withdraw.
import { tokenAfter } from '../instance-log.ts';
import { pageOf } from '../page.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import type { LogEntry, Store } from '../store.ts';
import { toLogEntry, type DeliveryHead } from './delivery-message.ts';
import type { LedgerRow } from './ledger.ts';
import type { Shard } from './shard.ts';
import { findDelivery, readDelivery, replaceDelivery } from './stored-delivery.ts';

type InstanceLogVerbs = Pick<
  Store,
  'instanceDeliveries' | 'deliveryCounts' | 'delivery' | 'replay' | 'withdraw'
>;

export function instanceLogVerbs(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): InstanceLogVerbs {
  async function entryOf(shard: Shard, { rest, sequence }: LedgerRow): Promise<LogEntry[]> {
    const found = await shard.reads.at<DeliveryHead>(sequence);
    const head = found?.head ?? (await readDelivery(shard, rest, now()))?.head;
    return head === undefined ? [] : [toLogEntry(head)];
  }

  const find = (instanceId: string, id: string) =>
    findDelivery([shardFor(instanceId)], id, now(), instanceId);

  return {
    async instanceDeliveries(filter, page) {
      const shard = shardFor(filter.instanceId);
      const { rows, edge } = await shard.ledger.page(filter, page);
      const { items, ...more } = pageOf(
        rows,
        page,
        (row) => entryOf(shard, row),
        tokenAfter,
        edge && tokenAfter(edge),
      );
      return { items: (await Promise.all(items)).flat(), ...more };
    },
    deliveryCounts: (instanceId, of, from, to) =>
      shardFor(instanceId).ledger.counts(instanceId, of, from, to),
    async delivery(instanceId, id) {
      const found = await find(instanceId, id);
      if (found === undefined) return undefined;
      const { head, text } = found;
      return { ...toLogEntry(head), ...(head.status !== 'queued' && text !== '' && { kept: text }) };
    },
    async replay(instanceId, id, { lane, expiresInMs, work, reason }) {
      const before = await find(instanceId, id);
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
      return 'stored' in (await replaceDelivery(before, head, work, at)) ? 'queued' : 'changed';
    },
    async withdraw(instanceId, id, reason) {
      let before = await find(instanceId, id);
      while (before !== undefined) {
        const { owner: _, ...head } = before.head;
        if (head.status !== 'queued') return 'ended';
        const replaced = await replaceDelivery(before, { ...head, status: 'withdrawn', reason }, '', now());
        if ('stored' in replaced) return 'withdrawn';
        before = replaced.found;
      }
      return 'unknown';
    },
  };
}
