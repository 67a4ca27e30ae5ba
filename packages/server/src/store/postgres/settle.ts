// Moving deliveries on. The rule is that of sqlite/deliveries.ts; here two statements make it hold among many nodes.
import { appendAttempts } from '../attempts.ts';
import type { LogEntry, Settlement, Store } from '../store.ts';
import type { Database, Query } from './database.ts';
import { LIVE_NODE, NOBODY } from './nodes.ts';

const READ_NODE = { name: 'live-node', text: LIVE_NODE };

const LOCK = {
  name: 'lock-deliveries',
  text: `select id, status, reason, owner, attempts as kept, attempt_count as count
    from delivery where (id, day) in (select * from unnest($1::text[], $2::text[])) order by id for update`,
};

// Nothing is left of work and due time once a delivery has ended; a delivery that is not moved keeps all it had.
const WRITE = {
  name: 'settle',
  text: `update delivery set attempts = moved.attempts, attempt_count = moved.attempt_count, status = moved.status,
      reason = moved.reason, owner = moved.owner,
      due_at = case when moved.status <> 'queued' then null when due_in is null then due_at else now_ms() + due_in end,
      work = case when moved.status = 'queued' then work end
    from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::bigint[])
      as moved (id, day, attempts, attempt_count, status, reason, owner, due_in)
    where delivery.id = moved.id and delivery.day = moved.day`,
};

interface Row {
  readonly id: string;
  status: LogEntry['status'];
  reason: string | null;
  owner: number;
  kept: string | null;
  count: number;
  /** Set when this settlement moves the delivery to a later time. */
  dueInMs?: number;
}

export function settleVerb(database: Database): Store['settle'] {
  return async (node, batch) => {
    if (batch.length === 0) return { lost: [] };
    const days = new Map(batch.map(({ id, day }) => [id, day]));
    return database.transaction(async (query) => {
      const [me] = await query<{ number: number }>(READ_NODE, [node]);
      const locked = await query<Row>(LOCK, [[...days.keys()], [...days.values()]]);
      const rows = new Map(locked.map((row) => [row.id, row]));
      const lost = batch.filter((one) => !settleOne(rows.get(one.id), me?.number ?? NOBODY, one));
      await write(query, locked, days);
      return { lost: lost.map(({ id }) => id) };
    });
  };
}

/** Changes `row` as the settlement says; false: the lease was not the node's. */
function settleOne(row: Row | undefined, owner: number, { attempts, to }: Settlement): boolean {
  if (row === undefined) return to.status === 'accepted';
  const merged = appendAttempts(row, attempts);
  row.kept = merged.kept;
  row.count = merged.count;
  if (to.status === row.status && to.status !== 'queued') return true;
  const isRepeat = attempts.length > 0 && merged.added === 0;
  if (to.status !== 'accepted') {
    if (isRepeat) return true;
    if (row.status !== 'queued' || owner === NOBODY || row.owner !== owner) return false;
  }
  row.status = to.status;
  row.reason = to.reason ?? null;
  row.owner = NOBODY;
  if (to.status === 'queued') row.dueInMs = Math.round(to.dueInMs);
  return true;
}

async function write(query: Query, rows: readonly Row[], days: ReadonlyMap<string, string>): Promise<void> {
  await query(WRITE, [
    rows.map(({ id }) => id),
    rows.map(({ id }) => days.get(id)),
    rows.map(({ kept }) => kept),
    rows.map(({ count }) => count),
    rows.map(({ status }) => status),
    rows.map(({ reason }) => reason),
    rows.map(({ owner }) => owner),
    rows.map(({ dueInMs }) => dueInMs ?? null),
  ]);
}
