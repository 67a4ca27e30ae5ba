// Deleting expired data, a few rows at a time: a group must not wait for a day's worth of them.
import type { DatabaseSync } from 'node:sqlite';
import { oldestDay } from '../days.ts';
import type { HashedIndex } from './hashed-index.ts';
import type { Verbs } from './protocol.ts';

/** So many index entries are examined in the time in which a row is deleted. */
const ENTRIES_PER_ROW = 8;

type Table = 'claim' | 'contact' | 'delivery';

/** `indexes`: what finds the rows of each table. */
export function sweepVerb(
  database: DatabaseSync,
  indexes: Readonly<Record<Table, Pick<HashedIndex, 'deleted' | 'forget'>>>,
): Pick<Verbs, 'sweep'> {
  const past = (table: Table, condition: string) =>
    `delete from ${table} where seq in (select seq from ${table} where ${condition} limit ?)`;
  const endClaims = database.prepare(past('claim', 'expires_at <= ?'));
  const endContacts = database.prepare(
    `${past('contact', 'remove_at <= ?')} returning instance_id, contact_id`,
  );
  endContacts.setReturnArrays(true);
  const endDeliveries = database.prepare(past('delivery', 'day < ?'));

  return {
    sweep({ now }, limit) {
      let left = limit;
      const deleted = (table: Table, rows: number): void => {
        indexes[table].deleted(rows);
        left -= rows;
      };
      deleted('claim', Number(endClaims.run(now, left).changes));
      const contacts = endContacts.all(now, left) as unknown as string[][];
      deleted('contact', contacts.length);
      deleted('delivery', Number(endDeliveries.run(oldestDay(now), left).changes));
      const entries = limit * ENTRIES_PER_ROW;
      const isMore = left === 0 || Object.values(indexes).some((index) => index.forget(entries));
      return { isMore, contacts: contacts.flat() };
    },
  };
}
