// Settling deliveries: nearly all by one statement that need not read them first; the rest under locks, from
// reading to writing them, so that the rule holds among many nodes.
import { KEPT_ATTEMPTS, packAttempts } from '../attempts.ts';
import { applySettlement, NOBODY, UNDELIVERED, type DeliveryState } from '../settle-rule.ts';
import type { Settlement, Store } from '../store.ts';
import type { Database, Query } from './database.ts';
import { SEQ } from './delivery-place.ts';
import type { Leases } from './leases.ts';
import { LIVE_NODE } from './nodes.ts';
import { linesOf, listOfLines } from './text.ts';

const UNDELIVERED_LIST = UNDELIVERED.map((status) => `'${status}'`).join(', ');

// Deliveries leased to this process without earlier attempts. An ended delivery keeps its due time, which has no
// meaning any more and would cost an index write to change. The planner takes the conditions for rare and would
// read the whole table for them first; it cannot estimate them inside "coalesce", so it starts with the numbers.
const SETTLE_FIRST = {
  name: 'settle-first',
  text: `with me as materialized (${LIVE_NODE}), settled as (
    update chatpush.delivery set attempts = moved.attempts, attempt_count = moved.count, status = moved.status,
      reason = moved.reason, owner = ${NOBODY}, holder = case when moved.status = 'queued' then ${NOBODY} end,
      due_at = case when moved.status = 'queued' then chatpush.now_ms() + due_in else delivery.due_at end,
      work = case when moved.status = 'queued' then work else moved.keep end,
      is_undelivered = case when moved.status in (${UNDELIVERED_LIST}) then true end
    from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[],
        ${listOfLines('$7')}, $8::int[], ${listOfLines('$9')}, $10::bigint[]) as moved (id, day, status, reason, due_in, attempts, count, keep, seq)
    where delivery.seq = moved.seq and delivery.id = moved.id and delivery.day = moved.day
      and coalesce(delivery.owner = (select number from me) and delivery.status = 'queued' and delivery.attempts is null, false)
    returning delivery.id)
    select count(*)::int as count, case when count(*) < $11::int then array_agg(id) end as ids from settled`,
};

const READ_NODE = { name: 'live-node', text: LIVE_NODE };

const LOCK = {
  name: 'lock-deliveries',
  text: `select id, seq, status, reason, owner, attempts as kept, attempt_count as count from chatpush.delivery
    where seq = any(array(select ${SEQ} from unnest($1::text[]) as wanted (id) join chatpush.delivery_key as key using (id)))
      and id = any($1::text[]) and day = any($2::text[])
    order by id for update`,
};

// When a delivery ends, only the part of its work that must be kept remains; a delivery that is not moved keeps all
// of it.
const WRITE = {
  name: 'settle',
  text: `update chatpush.delivery set attempts = moved.attempts, attempt_count = moved.attempt_count, status = moved.status,
      reason = moved.reason, owner = moved.owner,
      holder = case when moved.status <> 'queued' then null when moved.owner = ${NOBODY} then ${NOBODY} else holder end,
      due_at = case when due_in is null then due_at else chatpush.now_ms() + due_in end,
      work = case when has_ended then keep else work end,
      is_undelivered = case when moved.status in (${UNDELIVERED_LIST}) then true end
    from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::int[], $8::bigint[], $9::bool[],
        $10::text[], $11::text[])
      as moved (seq, day, attempts, attempt_count, status, reason, owner, due_in, has_ended, keep, id)
    where delivery.seq = moved.seq and delivery.id = moved.id and delivery.day = moved.day`,
};

interface Row extends DeliveryState {
  readonly id: string;
  readonly seq: number;
}

export function settleVerb(database: Database, leases: Leases): Store['settle'] {
  return async (node, batch) => {
    const rest = await settleFirst(database, leases, node, batch);
    const lost = rest.length === 0 ? [] : await settleByRule(database, node, rest);
    const isLost = new Set(lost);
    for (const { id } of batch) if (!isLost.has(id)) leases.settled(id);
    return { lost };
  };
}

/** Settles what it can in one statement and returns the rest. */
async function settleFirst(
  database: Database,
  leases: Leases,
  node: string,
  batch: readonly Settlement[],
): Promise<readonly Settlement[]> {
  const seen = new Set<string>();
  // If a delivery occurs twice in the batch, the first settlement comes first.
  const seqs: number[] = [];
  const given = batch.filter(({ id, attempts }) => {
    if (seen.has(id)) return false;
    seen.add(id);
    const seq = leases.seqOf(id);
    if (seq === undefined || attempts.length > KEPT_ATTEMPTS) return false;
    seqs.push(seq);
    return true;
  });
  if (given.length === 0) return batch;
  const [done] = await database.query<{ count: number; ids: string[] | null }>(SETTLE_FIRST, [
    node,
    given.map(({ id }) => id),
    given.map(({ day }) => day),
    given.map(({ to }) => to.status),
    given.map(({ to }) => to.reason ?? null),
    given.map(({ to }) => (to.status === 'queued' ? Math.round(to.dueInMs) : null)),
    linesOf(given.map(({ attempts }) => packAttempts(attempts))),
    given.map(({ attempts }) => attempts.length),
    linesOf(given.map(({ to }) => (to.status === 'queued' ? null : (to.keep ?? null)))),
    seqs,
    given.length,
  ]);
  if (done!.count === batch.length) return [];
  const settled = new Set(done!.count === given.length ? given.map(({ id }) => id) : done!.ids);
  // `delete` is true once for each: a second settlement of the same delivery stays in the rest.
  return batch.filter(({ id }) => !settled.delete(id));
}

async function settleByRule(
  database: Database,
  node: string,
  batch: readonly Settlement[],
): Promise<string[]> {
  const days = new Map(batch.map(({ id, day }) => [id, day]));
  return database.transaction(async (query) => {
    const [me] = await query<{ number: number }>(READ_NODE, [node]);
    const locked = await query<Row>(LOCK, [[...days.keys()], [...new Set(days.values())]]);
    const rows = new Map(locked.map((row) => [row.id, row]));
    const lost = batch.filter((one) => {
      const row = rows.get(one.id);
      if (row === undefined) return one.to.status !== 'accepted';
      return !applySettlement(row, me?.number ?? NOBODY, one);
    });
    await write(query, locked, days);
    return lost.map(({ id }) => id);
  });
}

async function write(query: Query, rows: readonly Row[], days: ReadonlyMap<string, string>): Promise<void> {
  await query(WRITE, [
    rows.map(({ seq }) => seq),
    rows.map(({ id }) => days.get(id)),
    rows.map(({ kept }) => kept),
    rows.map(({ count }) => count),
    rows.map(({ status }) => status),
    rows.map(({ reason }) => reason),
    rows.map(({ owner }) => owner),
    rows.map(({ dueInMs }) => dueInMs ?? null),
    rows.map(({ keep }) => keep !== undefined),
    rows.map(({ keep }) => keep ?? null),
    rows.map(({ id }) => id),
  ]);
}
