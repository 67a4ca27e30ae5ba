// One partition of the deliveries per day of their event: created when the day first occurs, dropped as a whole.
import type { Database } from './database.ts';

const READ_DAYS = {
  name: 'partition-days',
  text: `select right(relname, 8) as day from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'chatpush.delivery'::regclass`,
};

/** Settling creates a second version of a row, without its work; if it fits on the same page, no index is written. */
const FILL_PERCENT = 65;

// Nodes that need the same partition wait for each other here; enqueue and settle do not.
const LOCK = { text: 'lock table chatpush.delivery in share update exclusive mode' };

/** Creates the missing partitions of these days (`2026-11-22`). */
export async function createPartitions(database: Database, days: ReadonlySet<string>): Promise<void> {
  const there = new Set(await readDays(database));
  for (const day of [...days].sort()) {
    const digits = digitsOf(day);
    if (there.has(digits)) continue;
    await database.transaction(async (query) => {
      await query(LOCK);
      await query({
        text: `create table if not exists chatpush.delivery_${digits} partition of chatpush.delivery for values in ('${day}')
          with (fillfactor = ${FILL_PERCENT})`,
      });
    });
  }
}

/** Drops every partition of a day before this one. */
export async function dropPartitions(database: Database, oldestKept: string): Promise<void> {
  const oldest = digitsOf(oldestKept);
  for (const digits of await readDays(database)) {
    if (digits < oldest) await database.query({ text: `drop table if exists chatpush.delivery_${digits}` });
  }
}

async function readDays(database: Database): Promise<string[]> {
  const rows = await database.query<{ day: string }>(READ_DAYS);
  return rows.map(({ day }) => day);
}

/** `20261122`, for the name of a table. Names cannot be parameters, so only a valid day is accepted. */
function digitsOf(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new TypeError(`Invalid day: ${JSON.stringify(day)}`);
  return day.replaceAll('-', '');
}
