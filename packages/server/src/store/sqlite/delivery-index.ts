// Finds deliveries by their id and by their contact. Every match is compared with the row itself, because two ids may have
// the same hash.
import type { DatabaseSync } from 'node:sqlite';
import { openHashedIndex, type IndexDefinition, type Transactional } from './hashed-index.ts';
import { textHash } from './row-hash.ts';

export const BY_ID: IndexDefinition = {
  name: 'delivery_id',
  table: 'delivery',
  columns: ['id'],
  hashOf: idHash,
  deletes: 'oldest first',
};
export const BY_CONTACT: IndexDefinition = {
  name: 'delivery_contact',
  table: 'delivery',
  columns: ['instance_id', 'contact_id'],
  hashOf: contactHash,
  deletes: 'oldest first',
  headStart: 500,
};

/** More than a node has in flight. Deliveries that are no longer remembered are searched. */
const MOST_REMEMBERED = 100_000;

export interface IndexedRow {
  readonly id: string;
  readonly instanceId: string;
  readonly contactId: string;
}

export interface DeliveryIndex extends Transactional {
  /** The row of a delivery. */
  find(id: string): number | undefined;
  /** For each of these ids whether there is a row, or the same id before it. */
  known(ids: readonly string[]): readonly boolean[];
  /** Adds consecutive rows. */
  add(rows: readonly IndexedRow[], firstSeq: number): void;
  /** Saves the search when this delivery is settled. */
  remember(id: string, seq: number): void;
  /** The remembered row, once. Check its id: another may have the same hash, and its transaction may have been rolled back. */
  recall(id: string): number | undefined;
  /** Rows that may be of this contact, newest first, each before `before`. */
  ofContact(instanceId: string, contactId: string, before: number): Iterable<number>;
  /** Takes note of deleted rows. */
  deleted(rows: number): void;
  /** Examines at most `limit` entries for deleted rows. True: there are more. */
  forget(limit: number): boolean;
}

export function openDeliveryIndex(database: DatabaseSync): DeliveryIndex {
  const byId = openHashedIndex(database, BY_ID);
  const byContact = openHashedIndex(database, BY_CONTACT);
  const indexes = [byId, byContact] as const;
  const readId = database.prepare('select id from delivery where seq = ?');
  const idOf = (seq: number) => readId.get(seq)?.['id'] as string | undefined;
  /** By hash: V8 puts every text that is looked up in a map into a table first, which takes 0.8 µs for a new one. */
  const remembered = new Map<number, number>();

  return {
    find: (id) => byId.candidates([idHash(id)]).find((seq) => idOf(seq) === id),
    known(ids) {
      const hashes = ids.map(idHash);
      // Usually there are none.
      const stored = new Set(byId.candidates(hashes).map(idOf));
      const seen = new Set<number>();
      return ids.map((id, at) => {
        if (stored.size > 0 && stored.has(id)) return true;
        const isNew = !seen.has(hashes[at]!);
        seen.add(hashes[at]!);
        return !isNew && ids.indexOf(id) < at;
      });
    },
    add(rows, firstSeq) {
      byId.add(
        rows.map(({ id }) => idHash(id)),
        firstSeq,
      );
      byContact.add(
        rows.map(({ instanceId, contactId }) => contactHash(instanceId, contactId)),
        firstSeq,
      );
    },
    remember(id, seq) {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(idHash(id), seq);
    },
    recall(id) {
      const hash = idHash(id);
      const seq = remembered.get(hash);
      remembered.delete(hash);
      return seq;
    },
    ofContact: (instanceId, contactId, before) =>
      byContact.newest(contactHash(instanceId, contactId), before),
    deleted: (rows) => indexes.forEach((index) => index.deleted(rows)),
    forget: (limit) => byId.forget(limit) || byContact.forget(limit),
    committed: () => indexes.forEach((index) => index.committed()),
    rolledBack: () => indexes.forEach((index) => index.rolledBack()),
  };
}

/** Our own ids are hashes already (delivery/identity.ts): the 12 digits before the second hyphen. */
function idHash(id: string): number {
  if (id[8] !== '-' || id[13] !== '-') return textHash(id);
  let value = 0;
  for (let at = 0; at < 13; at++) if (at !== 8) value = value * 16 + hexDigit(id.charCodeAt(at));
  return Number.isNaN(value) ? textHash(id) : value - 2 ** 47;
}

/** NaN: not a digit. With `parseInt`, and a pattern to check the id first, a hash takes 240 ns instead of 100. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  return code >= 0x61 && code <= 0x66 ? code - 0x61 + 10 : Number.NaN;
}

export function contactHash(instanceId: string, contactId: string): number {
  return textHash(`${instanceId.length}:${instanceId}${contactId}`);
}
