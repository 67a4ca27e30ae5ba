// The delivery log of a contact: its ids in one answer, then the parcels of a page in another.
import { logBefore } from '../log-page.ts';
import { pageOf, rowsFor } from '../page.ts';
import type { Store } from '../store.ts';
import { toLogEntry } from './delivery-row.ts';
import { contactRest, hashed } from './layout.ts';
import { isPast, type IdHead } from './parcel.ts';
import type { Shard } from './shard.ts';

export function deliveryLogVerb(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): Store['deliveries'] {
  return async ({ instanceId, contactId }, page) => {
    const { layout, parcels, reads, writer } = shardFor(instanceId);
    const before = logBefore(page);
    const least = writer.last;
    // A contact has only tens of deliveries, so its pages are cut here.
    const subject = layout.subject('dlv', `${contactRest(instanceId, contactId)}.*`);
    const found = await reads.list<IdHead>([subject], least);
    const at = now();
    const ids = found
      .filter(({ head }) => !isPast(head, at))
      .map(({ subject: name, head, sequence }) => ({
        idHash: name.slice(name.lastIndexOf('.') + 1),
        parcel: head.parcel,
        first: head.first ?? sequence,
      }))
      .filter(({ first }) => first < before)
      .sort((a, b) => b.first - a.first)
      .slice(0, rowsFor(page));
    const names = new Set(ids.map(({ parcel }) => parcel));
    const stored = await parcels.readAll([...names], least);
    const entries = new Map(
      [...stored.values()].flatMap(({ parcel }) =>
        parcel.rows
          .filter((row) => row.contactId === contactId)
          .map((row) => [hashed(row.id), toLogEntry(parcel, row)] as const),
      ),
    );
    const rows = ids.flatMap(({ idHash, first }) => {
      const entry = entries.get(idHash);
      return entry ? [{ entry, first }] : [];
    });
    return pageOf(
      rows,
      page,
      ({ entry }) => entry,
      ({ first }) => String(first),
    );
  };
}
