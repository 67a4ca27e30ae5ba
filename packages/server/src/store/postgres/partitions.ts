// One partition of the deliveries per day of their event: made when the day is first seen, dropped as a whole.
import type { Database } from './database.ts';

const READ_DAYS = {
  name: 'partition-days',
  text: `select right(relname, 8) as day from pg_inherits join pg_class on pg_class.oid = inhrelid
    where inhparent = 'delivery'::regclass`,
};

/** Makes the partitions of these days where they are missing. */
export async function createPartitions(database: Database, days: ReadonlySet<string>): Promise<void> {
  for (const day of [...days].sort()) {
    // "if not exists" looks before it locks: of two nodes at once the second may still fail on the name.
    await database.script(
      `begin; lock table delivery in share update exclusive mode;
       create table if not exists ${tableOf(day)} partition of delivery for values in ('${day}'); commit`,
    );
  }
}

/** Drops every partition of a day before this one. */
export async function dropPartitions(database: Database, oldestKept: string): Promise<void> {
  const oldest = oldestKept.replaceAll('-', '');
  const partitions = await database.query<{ day: string }>(READ_DAYS);
  for (const { day } of partitions) {
    if (day < oldest) await database.script(`drop table if exists delivery_${day}`);
  }
}

/** Table names are no parameters: only what is surely a day gets into one. */
function tableOf(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new TypeError(`Not a day: ${JSON.stringify(day)}`);
  return `delivery_${day.replaceAll('-', '')}`;
}
