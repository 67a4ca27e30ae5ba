// Everything in the streams, for another store: stream by stream, in the order of writing.
import type { Page, Store, StoredThing } from '../store.ts';
import type { ContactHead } from './contact-message.ts';
import { toLogEntry } from './delivery-row.ts';
import type { Found } from './message.ts';
import { isPast, toStored, type ParcelHead } from './parcel.ts';
import type { Reads } from './reads.ts';

interface Source {
  readonly reads: Reads;
  /** Without nodes, which are not exported. */
  readonly subject: string;
}

/** As the store's other files write them; the members show which one it is. */
type AnyHead = Partial<ParcelHead & Omit<ContactHead, 'version'>> & {
  readonly kind?: string;
  readonly id?: string;
  readonly operation?: string;
  readonly token?: string;
  readonly fingerprint?: string;
  readonly expiresAt?: number;
  readonly version?: number;
};

export function everythingVerb(sources: readonly Source[], now: () => number): Store['everything'] {
  /** From the next message that has something to export; a parcel has several, of which `skip` are done. */
  return async ({ limit, next = '0 1 0' }): Promise<Page<StoredThing>> => {
    const [number = 0, from = 1, skip = 0] = next.split(' ').map(Number);
    const { reads, subject } = sources[number]!;
    const { found, end } = await reads.page<AnyHead>(subject, from, limit);
    const items: StoredThing[] = [];
    for (const one of found) {
      const things = toThings(one, now());
      const done = one.sequence === from ? skip : 0;
      const room = limit - items.length;
      items.push(...things.slice(done, done + room));
      if (things.length - done > room) return { items, next: `${number} ${one.sequence} ${done + room}` };
    }
    if (end !== undefined) return { items, next: `${number} ${end + 1} 0` };
    return number + 1 < sources.length ? { items, next: `${number + 1} 1 0` } : { items };
  };
}

function toThings(found: Found<AnyHead>, at: number): StoredThing[] {
  const { head, text } = found;
  if (head.rows !== undefined) return deliveriesOf(found as Found<ParcelHead>, at);
  if (head.operation !== undefined) {
    if (head.expiresAt! <= at) return [];
    const { instanceId, operation, token, fingerprint } = head;
    return [
      {
        kind: 'claim',
        claim: { instanceId: instanceId!, operation, token: token!, fingerprint: fingerprint!, answer: text },
      },
    ];
  }
  if (head.kind !== undefined)
    return [{ kind: 'setting', setting: { kind: head.kind as 'application', id: head.id!, body: text } }];
  // A tip, or the id of a delivery.
  if (head.contactId === undefined) return [];
  const { instanceId, contactId, reviewAt, removeAt } = head;
  if (removeAt !== undefined && removeAt <= at) return [];
  const times = {
    ...(reviewAt !== undefined && { reviewInMs: reviewAt - at }),
    ...(removeAt !== undefined && { keepForMs: removeAt - at }),
  };
  return [{ kind: 'contact', contact: { instanceId: instanceId!, contactId, body: text, ...times } }];
}

function deliveriesOf(found: Found<ParcelHead>, at: number): StoredThing[] {
  const { parcel, texts } = toStored(found);
  const { instanceId, day } = parcel;
  if (isPast(parcel, at)) return [];
  return parcel.rows.map((row, index): StoredThing => {
    const text = texts[index]!;
    const entry = { ...toLogEntry(parcel, row), instanceId, day };
    const { expiresAt = at, dueAt = at } = row;
    const waiting = { work: text, expiresInMs: expiresAt - at, dueInMs: Math.max(0, dueAt - at) };
    if (row.status === 'queued') return { kind: 'delivery', delivery: { ...entry, waiting } };
    return { kind: 'delivery', delivery: { ...entry, ...(text !== '' && { kept: text }) } };
  });
}
