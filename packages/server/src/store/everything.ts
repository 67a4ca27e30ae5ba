// Pages of everything in an SQL store: one kind after the other, each ordered by an increasing key.
import { toLogEntry, type LogRow } from './log-page.ts';
import type { Claim, Page, Setting, StoredThing } from './store.ts';

/** The kinds in export order: a delivery is useful only if its contact and application exist. */
export const PARTS = ['setting', 'contact', 'claim', 'delivery'] as const;
export type Part = (typeof PARTS)[number];

/** The column names of the stores' queries; pages are ordered by `key`. */
export type PartRow = { readonly key: string } & Record<string, unknown>;

interface ContactRow {
  readonly instanceId: string;
  readonly contactId: string;
  readonly body: string;
  readonly reviewInMs: number | null;
  readonly keepForMs: number | null;
}

interface DeliveryRow extends LogRow {
  readonly instanceId: string;
  readonly day: string;
  readonly work: string | null;
  readonly expiresInMs: number | null;
  readonly dueInMs: number | null;
}

const READ: { readonly [P in Part]: (row: unknown) => StoredThing } = {
  setting(row) {
    const { kind, id, body } = row as Setting;
    return { kind: 'setting', setting: { kind, id, body } };
  },
  contact(row) {
    const { instanceId, contactId, body, reviewInMs, keepForMs } = row as ContactRow;
    const times = { ...(reviewInMs !== null && { reviewInMs }), ...(keepForMs !== null && { keepForMs }) };
    return { kind: 'contact', contact: { instanceId, contactId, body, ...times } };
  },
  claim(row) {
    const { instanceId, operation, token, fingerprint, answer } = row as Claim;
    return { kind: 'claim', claim: { instanceId, operation, token, fingerprint, answer } };
  },
  delivery(row) {
    const { instanceId, day, work, expiresInMs, dueInMs, ...log } = row as DeliveryRow;
    const entry = { ...toLogEntry(log), instanceId, day };
    if (entry.status === 'queued')
      return {
        kind: 'delivery',
        delivery: { ...entry, waiting: { work: work!, expiresInMs: expiresInMs!, dueInMs: dueInMs ?? 0 } },
      };
    return { kind: 'delivery', delivery: { ...entry, ...(work !== null && { kept: work }) } };
  },
};

export function placeOf(next = '0 '): [number: number, behind: string] {
  const space = next.indexOf(' ');
  return [Number(next.slice(0, space)), next.slice(space + 1)];
}

export function toPage(number: number, rows: readonly PartRow[], limit: number): Page<StoredThing> {
  const items = rows.map(READ[PARTS[number]!]);
  const last = rows.at(-1);
  if (rows.length === limit && last) return { items, next: `${number} ${last.key}` };
  return number + 1 < PARTS.length ? { items, next: `${number + 1} ` } : { items };
}
