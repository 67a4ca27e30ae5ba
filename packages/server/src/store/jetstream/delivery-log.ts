// The delivery log of a contact.
import type { Page, LogEntry, Store } from '../store.ts';
import { isPast, toLogEntry, type DeliveryHead } from './delivery-message.ts';
import { contactRest } from './layout.ts';
import type { Shard } from './shard.ts';

export function deliveryLogVerb(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): Store['deliveries'] {
  return async ({ instanceId, contactId }, { limit, next }): Promise<Page<LogEntry>> => {
    const { layout, reads, writer } = shardFor(instanceId);
    const before = next === undefined ? Infinity : Number(next);
    // A contact has only tens of deliveries, so its pages are cut here.
    const subject = layout.subject('dlv', `${contactRest(instanceId, contactId)}.*`);
    const found = await reads.list<DeliveryHead>([subject], writer.last);
    const at = now();
    const rows = found
      .filter(({ head }) => !isPast(head, at))
      .map(({ head, sequence }) => ({ head, first: head.first ?? sequence }))
      .filter(({ first }) => first < before)
      .sort((a, b) => b.first - a.first);
    const kept = rows.slice(0, limit);
    const last = kept.at(-1);
    return {
      items: kept.map(({ head }) => toLogEntry(head)),
      ...(rows.length > limit && last && { next: String(last.first) }),
    };
  };
}
