// Deleting expired data, a few rows at a time: a group must not wait for a day's worth of them.
import type { DatabaseSync } from 'node:sqlite';
import { oldestDay } from '../days.ts';
import type { DeliveryIndex } from './delivery-index.ts';
import type { Verbs } from './protocol.ts';

/** So many index entries are examined in the time in which a row is deleted. */
const ENTRIES_PER_ROW = 8;

export function sweepVerb(
  database: DatabaseSync,
  index: Pick<DeliveryIndex, 'forget'>,
): Pick<Verbs, 'sweep'> {
  const past = (table: string, condition: string) =>
    database.prepare(
      `delete from ${table} where rowid in (select rowid from ${table} where ${condition} limit ?)`,
    );
  const claims = past('claim', 'expires_at <= ?');
  const contacts = past('contact', 'remove_at <= ?');
  const deliveries = past('delivery', 'day < ?');

  return {
    sweep({ now }, limit) {
      let left = limit;
      left -= Number(claims.run(now, left).changes);
      left -= Number(contacts.run(now, left).changes);
      left -= Number(deliveries.run(oldestDay(now), left).changes);
      return left === 0 || index.forget(limit * ENTRIES_PER_ROW);
    },
  };
}
