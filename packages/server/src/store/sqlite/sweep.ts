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
  /** Deletes at most `limit` of the rows that `choice` selects. */
  const past = (table: Table, choice: string) => {
    const statement = database.prepare(`delete from ${table} where seq in (${choice})`);
    return (bound: number | string, limit: number): number => {
      const rows = Number(statement.run(bound, limit).changes);
      indexes[table].deleted(rows);
      return limit - rows;
    };
  };
  // No index: claims expire in the order of their rows.
  const claims = past(
    'claim',
    'select seq from (select seq, expires_at from claim order by seq limit ?2) where expires_at <= ?1',
  );
  const contacts = past('contact', 'select seq from contact where remove_at <= ?1 limit ?2');
  const deliveries = past('delivery', 'select seq from delivery where day < ?1 limit ?2');

  return {
    sweep({ now }, limit) {
      const left = deliveries(oldestDay(now), contacts(now, claims(now, limit)));
      const entries = limit * ENTRIES_PER_ROW;
      return left === 0 || Object.values(indexes).some((index) => index.forget(entries));
    },
  };
}
