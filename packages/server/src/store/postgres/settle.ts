// Moving deliveries on. The rows stay locked from reading to writing them, so that the rule holds among many nodes.
import { applySettlement, NOBODY, type DeliveryState } from '../settle-rule.ts';
import type { Store } from '../store.ts';
import type { Database, Query } from './database.ts';
import { LIVE_NODE } from './nodes.ts';

const READ_NODE = { name: 'live-node', text: LIVE_NODE };

const LOCK = {
  name: 'lock-deliveries',
  text: `select id, status, reason, owner, attempts as kept, attempt_count as count
    from chatpush.delivery where (id, day) in (select * from unnest($1::text[], $2::text[])) order by id for update`,
};

// Nothing is left of work and due time once a delivery has ended; a delivery that is not moved keeps all it had.
const WRITE = {
  name: 'settle',
  text: `update chatpush.delivery set attempts = moved.attempts, attempt_count = moved.attempt_count, status = moved.status,
      reason = moved.reason, owner = moved.owner,
      due_at = case when moved.status <> 'queued' then null when due_in is null then due_at else chatpush.now_ms() + due_in end,
      work = case when moved.status = 'queued' then work end
    from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::bigint[])
      as moved (id, day, attempts, attempt_count, status, reason, owner, due_in)
    where delivery.id = moved.id and delivery.day = moved.day`,
};

interface Row extends DeliveryState {
  readonly id: string;
}

export function settleVerb(database: Database): Store['settle'] {
  return async (node, batch) => {
    if (batch.length === 0) return { lost: [] };
    const days = new Map(batch.map(({ id, day }) => [id, day]));
    return database.transaction(async (query) => {
      const [me] = await query<{ number: number }>(READ_NODE, [node]);
      const locked = await query<Row>(LOCK, [[...days.keys()], [...days.values()]]);
      const rows = new Map(locked.map((row) => [row.id, row]));
      const lost = batch.filter((one) => {
        const row = rows.get(one.id);
        if (row === undefined) return one.to.status !== 'accepted';
        return !applySettlement(row, me?.number ?? NOBODY, one);
      });
      await write(query, locked, days);
      return { lost: lost.map(({ id }) => id) };
    });
  };
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
