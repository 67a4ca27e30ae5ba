// The delivery log of a contact.
import { logBefore } from '../log-page.ts';
import { pageOf } from '../page.ts';
import type { Store } from '../store.ts';
import { isPast, toLogEntry, type DeliveryHead } from './delivery-message.ts';
import { contactRest } from './layout.ts';
import type { Shard } from './shard.ts';

export function deliveryLogVerb(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): Store['deliveries'] {
  return async ({ instanceId, contactId }, page) => {
    const { layout, reads, writer } = shardFor(instanceId);
    const before = logBefore(page);
    // A contact has only tens of deliveries, so its pages are cut here.
    const subject = layout.subject('dlv', `${contactRest(instanceId, contactId)}.*`);
    const found = await reads.list<DeliveryHead>([subject], writer.last);
    const at = now();
    const rows = found
      .filter(({ head }) => !isPast(head, at))
      .map(({ head, sequence }) => ({ head, first: head.first ?? sequence }))
      .filter(({ first }) => first < before)
      .sort((a, b) => b.first - a.first);
    return pageOf(
      rows,
      page,
      ({ head }) => toLogEntry(head),
      ({ first }) => String(first),
    );
  };
}
