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
  /** Deletes rows until `left` is used up, and returns the rest of it. */
  const past = (table: Table, condition: string) => {
    const statement = database.prepare(
      `delete from ${table} where seq in (select seq from ${table} where ${condition} limit ?)`,
    );
    return (bound: number | string, left: number): number => {
      const rows = Number(statement.run(bound, left).changes);
      indexes[table].deleted(rows);
      return left - rows;
    };
  };
  const claims = past('claim', 'expires_at <= ?');
  const contacts = past('contact', 'remove_at <= ?');
  const deliveries = past('delivery', 'day < ?');

  return {
    sweep({ now }, limit) {
      const left = deliveries(oldestDay(now), contacts(now, claims(now, limit)));
      const entries = limit * ENTRIES_PER_ROW;
      return left === 0 || Object.values(indexes).some((index) => index.forget(entries));
    },
  };
}
