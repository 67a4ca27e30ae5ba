// Deleting expired data: deliveries by whole days, the rest a few rows at a time.
import { dayOf, oldestDay } from '../days.ts';
import { RETENTION, type Store } from '../store.ts';
import type { Database } from './database.ts';
import { createPartitions, dropPartitions } from './partitions.ts';

const READ_NOW = { name: 'now', text: 'select chatpush.now_ms() as now' };

/** Deletes at most $1 rows; nodes that sweep at the same time do not wait for each other. */
const past = (table: string, condition: string) => ({
  name: `sweep-${table}`,
  text: `delete from chatpush.${table} where ctid = any(array(
    select ctid from chatpush.${table} where ${condition} limit $1 for update skip locked)) returning 1`,
});

const STATEMENTS = [
  past('claim', 'expires_at <= chatpush.now_ms()'),
  past('contact', 'remove_at <= chatpush.now_ms()'),
  // Long after the last possible heartbeat of a removed node.
  past('node', `gone and silent_at <= chatpush.now_ms() - ${RETENTION.deliveryMs}`),
];

const KEYS = {
  name: 'sweep-keys',
  text: `delete from chatpush.delivery_key where id = any(array(
    select id from chatpush.delivery_key where day < $2 limit $1 for update skip locked)) returning 1`,
};

const DAY_MS = 86_400_000;

export function sweepVerb(database: Database): Store['sweep'] {
  return async (limit) => {
    const [clock] = await database.query<{ now: number }>(READ_NOW);
    const now = clock?.now ?? NaN;
    await createPartitions(database, new Set([dayOf(now), dayOf(now + DAY_MS)]));
    // The keys are deleted after the rows: a key
    // without a row only makes a repeat known, but a row without its key would make it fail.
    const oldestKept = oldestDay(now);
    await dropPartitions(database, oldestKept);
    let left = limit;
    for (const statement of STATEMENTS) left -= (await database.query(statement, [left])).length;
    left -= (await database.query(KEYS, [left, oldestKept])).length;
    return left === 0;
  };
}
