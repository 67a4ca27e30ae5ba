// Finds deliveries by their id and by their contact. Every match is compared with the row itself, because two ids may have
// the same hash.
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { mergeMany, openHashedIndex, type IndexDefinition, type Transactional } from './hashed-index.ts';

export const BY_ID: IndexDefinition = { name: 'delivery_id', hash: 'id_hash(id)' };
export const BY_CONTACT: IndexDefinition = {
  name: 'delivery_contact',
  hash: 'contact_hash(instance_id, contact_id)',
};

/**
 * After this many new rows, the next slice is merged, alternating between the two indexes. At most 64,000 rows are then
 * recent, which are read again at start, and a merge takes 1 to 3 ms.
 */
const ROWS_PER_STEP = 500;

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
  /** Which of these ids have a row. */
  known(ids: readonly string[]): Set<string>;
  /** Adds consecutive rows, and merges as much as their number requires. */
  add(rows: readonly IndexedRow[], firstSeq: number): void;
  /** Saves the search when this delivery is settled. */
  remember(id: string, seq: number): void;
  /** The remembered row, once. Check its id: the transaction that wrote it may have been rolled back. */
  recall(id: string): number | undefined;
  /** Rows that may be of this contact, newest first, each before `before`. */
  ofContact(instanceId: string, contactId: string, before: number): Iterable<number>;
  /** Examines at most `limit` entries for deleted rows. True: there are more. */
  forget(limit: number): boolean;
}

/** Before migrations, which use the hashes. */
export function registerHashes(database: DatabaseSync): void {
  const options = { deterministic: true };
  database.function('id_hash', options, (id) => idHash(String(id)));
  database.function('contact_hash', options, (instanceId, contactId) =>
    contactHash(String(instanceId), String(contactId)),
  );
}

export function mergeManyDeliveries(database: DatabaseSync): void {
  mergeMany(database, BY_ID);
  mergeMany(database, BY_CONTACT);
}

export function openDeliveryIndex(database: DatabaseSync): DeliveryIndex {
  const byId = openHashedIndex(database, BY_ID);
  const byContact = openHashedIndex(database, BY_CONTACT);
  const indexes = [byId, byContact] as const;
  const readId = database.prepare('select id from delivery where seq = ?');
  const idOf = (seq: number) => readId.get(seq)?.['id'] as string | undefined;
  // Includes rows that were rolled back, which only makes a merge come earlier.
  let added = 0;
  let steps = 0;
  const remembered = new Map<string, number>();

  return {
    find: (id) => byId.candidates([idHash(id)]).find((seq) => idOf(seq) === id),
    known(ids) {
      const found = new Set<string>();
      // Usually there are none.
      for (const seq of byId.candidates(ids.map(idHash))) {
        const id = idOf(seq);
        if (id !== undefined) found.add(id);
      }
      return found;
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
      for (added += rows.length; added >= ROWS_PER_STEP; added -= ROWS_PER_STEP) {
        indexes[steps % 2]!.mergeNext();
        steps += 1;
      }
    },
    remember(id, seq) {
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(id, seq);
    },
    recall(id) {
      const seq = remembered.get(id);
      remembered.delete(id);
      return seq;
    },
    ofContact: (instanceId, contactId, before) =>
      byContact.newest(contactHash(instanceId, contactId), before),
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

export const contactHash = (instanceId: string, contactId: string): number =>
  textHash(`${instanceId.length}:${instanceId}${contactId}`);

/** 48 bits with their sign, like every hash. */
const textHash = (text: string): number =>
  Number.parseInt(hash('sha256', text, 'hex').slice(0, 12), 16) - 2 ** 47;
