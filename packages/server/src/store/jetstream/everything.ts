// Everything in the streams, for another store: stream by stream, in the order of writing.
import type { Page, Store, StoredThing } from '../store.ts';
import type { ContactHead } from './contact-message.ts';
import { isPast, toLogEntry, type DeliveryHead } from './delivery-message.ts';
import type { Found } from './message.ts';
import type { Reads } from './reads.ts';

interface Source {
  readonly reads: Reads;
  /** Without nodes, which are not exported. */
  readonly subject: string;
}

/** As the store's other files write them; the members show which one it is. */
type AnyHead = Partial<DeliveryHead & Omit<ContactHead, 'version'>> & {
  readonly kind?: string;
  readonly operation?: string;
  readonly token?: string;
  readonly fingerprint?: string;
  readonly expiresAt?: number;
  readonly version?: number;
};

export function everythingVerb(sources: readonly Source[], now: () => number): Store['everything'] {
  return async ({ limit, next = '0 1' }): Promise<Page<StoredThing>> => {
    const [number = 0, from = 1] = next.split(' ').map(Number);
    const { reads, subject } = sources[number]!;
    const { found, end } = await reads.page<AnyHead>(subject, from, limit);
    const items = found.flatMap((one) => toThing(one, now()) ?? []);
    if (end !== undefined) return { items, next: `${number} ${end + 1}` };
    return number + 1 < sources.length ? { items, next: `${number + 1} 1` } : { items };
  };
}

function toThing({ head, text }: Found<AnyHead>, at: number): StoredThing | undefined {
  if (head.operation !== undefined) {
    if (head.expiresAt! <= at) return undefined;
    const { instanceId, operation, token, fingerprint } = head;
    return {
      kind: 'claim',
      claim: { instanceId: instanceId!, operation, token: token!, fingerprint: fingerprint!, answer: text },
    };
  }
  if (head.status !== undefined) {
    const { instanceId, day, expiresAt, dueAt } = head;
    if (isPast({ removeAt: head.removeAt! }, at)) return undefined;
    const entry = { ...toLogEntry(head as DeliveryHead), instanceId: instanceId!, day: day! };
    const waiting = {
      work: text,
      expiresInMs: (expiresAt ?? at) - at,
      dueInMs: Math.max(0, (dueAt ?? at) - at),
    };
    if (head.status === 'queued') return { kind: 'delivery', delivery: { ...entry, waiting } };
    return { kind: 'delivery', delivery: { ...entry, ...(text !== '' && { kept: text }) } };
  }
  if (head.kind !== undefined)
    return { kind: 'setting', setting: { kind: head.kind as 'application', id: head.id!, body: text } };
  // A tip.
  if (head.contactId === undefined) return undefined;
  const { instanceId, contactId, reviewAt, removeAt } = head;
  if (removeAt !== undefined && removeAt <= at) return undefined;
  const times = {
    ...(reviewAt !== undefined && { reviewInMs: reviewAt - at }),
    ...(removeAt !== undefined && { keepForMs: removeAt - at }),
  };
  return { kind: 'contact', contact: { instanceId: instanceId!, contactId, body: text, ...times } };
}
