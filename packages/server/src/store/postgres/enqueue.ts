// Enqueuing deliveries: one statement for the whole batch.
import { randomUUID } from 'node:crypto';
import { LETTER, unpackStates } from '../enqueue-states.ts';
import { NOBODY } from '../settle-rule.ts';
import type { Enqueued, EnqueueResult, Store } from '../store.ts';
import type { Database, WarmUp } from './database.ts';
import { CHECK_VIOLATION, sqlState } from './faults.ts';
import { FREE, NO_LANE, type Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import { ANY_SILENT, LIVE_NODE, type Nodes } from './nodes.ts';
import { createPartitions } from './partitions.ts';
import { linesOf, listOfLines } from './text.ts';

// The keys decide what is new, in the order of the ids, so that two batches with the same ids wait for each other
// but never deadlock. `rank` counts the new ones of each lane. Only numbers pass from step to step; the texts join
// them at the end. While a node is silent nothing is stored: what it has leased is older work, and is released first.
// The time is read once: as a function of each row it took 2 to 5 µs. The limit makes the check for older work a
// single index lookup; as "not exists" it became a join with everything that waits (measured, a batch of 100 with
// 100,000 waiting in another lane: 89 ms instead of 3.4).
const ENQUEUE = {
  name: 'enqueue',
  text: `with me as materialized (${LIVE_NODE}),
    silent as materialized (select exists (${ANY_SILENT.text}) as is_any),
    clock as materialized (select chatpush.now_ms() as now),
    batch as materialized (
      select *, nextval('chatpush.delivery_seq') as seq
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[],
        $9::bigint[], ${listOfLines('$10')}, $11::text[]) with ordinality
        as entry (id, day, instance_id, contact_id, message_id, registration_id, lane, expires_in, work, reason, place)
      where not (select is_any from silent)
    ),
    new_key as (
      insert into chatpush.delivery_key (id, day, seq) select id, day, seq from batch order by id on conflict do nothing returning seq
    ),
    credit as (
      select lane, count from unnest($12::int[], $13::int[]) as given (lane, count)
      left join lateral (
        select true as is_older from chatpush.delivery
        where ${FREE} and delivery.lane = given.lane and due_at <= chatpush.now_ms() order by due_at limit 1
      ) as work on true
      where is_older is null
    ),
    fresh as (
      select seq, lane, row_number() over (partition by lane order by seq) as rank from batch join new_key using (seq)
    ),
    placed as (
      select seq, case when lane = ${NO_LANE} then 'skipped' else 'queued' end as status,
        case when rank <= credit.count then coalesce((select number from me), ${NOBODY}) else ${NOBODY} end as owner
      from fresh left join credit using (lane)
    ),
    leased as (
      insert into chatpush.lease (name, day, owner, ids)
      select $14, day, owner, array_agg(id) from placed join batch using (seq) where owner <> ${NOBODY} group by day, owner
    ),
    stored as (
      insert into chatpush.delivery (seq, id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner,
        holder, due_at, expires_at, enqueued_at, work)
      select seq, id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner,
        case when status = 'queued' and owner = ${NOBODY} then ${NOBODY} end,
        case when status = 'queued' and owner = ${NOBODY} then (select now from clock) end,
        (select now from clock) + expires_in, (select now from clock), work
      from placed join batch using (seq) order by seq
    )
    select string_agg(
      case when status is null then '${LETTER.known}' when status = 'skipped' then '${LETTER.skipped}'
        when owner = ${NOBODY} then '${LETTER.queued}' else '${LETTER.leased}' end, '' order by seq) as states,
      string_agg(seq::text, ' ' order by seq) as seqs, (select is_any from silent) as "isAnySilent"
    from batch left join placed using (seq)`,
};

interface Stored {
  readonly states: string;
  readonly seqs: string;
  readonly isAnySilent: false;
}
interface Refused {
  readonly isAnySilent: true;
}

/** Enqueues nothing. */
export const ENQUEUE_WARM_UP: WarmUp = {
  statement: ENQUEUE,
  values: [null, ...columns([], new Map()), [], [], randomUUID()],
};

export function enqueueVerb(
  database: Database,
  nodes: Nodes,
  lanes: Lanes,
  leases: Leases,
): Store['enqueue'] {
  return async (given, node, credit) => {
    const batch = firstOfEach(given);
    if (batch.length === 0) return [];
    const names = new Set(batch.flatMap((entry) => ('lane' in entry ? [entry.lane] : [])));
    const numbers = await lanes.laneNumbers(names);
    const room = [...credit].filter(([name]) => names.has(name));
    const lease = randomUUID();
    const values = [
      node,
      ...columns(batch, numbers),
      room.map(([name]) => numbers.get(name)),
      room.map(([, count]) => Math.floor(count)),
      lease,
    ];
    const insert = async (): Promise<Stored> => {
      const [row] = await database.query<Stored | Refused>(ENQUEUE, values);
      if (!row!.isAnySilent) return row!;
      await nodes.releaseSilent();
      return insert();
    };
    const { states, seqs } = await insert().catch(async (error: unknown) => {
      // The first delivery of a day: nothing was stored, so once there is a partition everything is repeated.
      if (sqlState(error) !== CHECK_VIOLATION) throw error;
      await createPartitions(database, new Set(batch.map(({ day }) => day)));
      return insert();
    });
    const results = unpackStates(batch, states);
    leases.given(node, lease, results, seqs.split(' ').map(Number));
    return batch.length === given.length ? results : withRepeats(given, results);
  };
}

/** The batch without repeats: if an id occurs twice, the first is used. */
function firstOfEach(batch: readonly Enqueued[]): readonly Enqueued[] {
  const ids = new Set<string>();
  return batch.filter(({ id }) => !ids.has(id) && ids.add(id));
}

function withRepeats(batch: readonly Enqueued[], results: readonly EnqueueResult[]): EnqueueResult[] {
  const left = new Map(results.map((result) => [result.id, result]));
  return batch.map(({ id }) => {
    const result = left.get(id) ?? { id, state: 'known' };
    left.delete(id);
    return result;
  });
}

/** The batch transposed: one list per column. */
function columns(batch: readonly Enqueued[], lanes: ReadonlyMap<string, number>): unknown[] {
  return [
    batch.map(({ id }) => id),
    batch.map(({ day }) => day),
    batch.map(({ instanceId }) => instanceId),
    batch.map(({ contactId }) => contactId),
    batch.map(({ messageId }) => messageId),
    batch.map(({ registrationId }) => registrationId ?? null),
    batch.map((entry) => ('lane' in entry ? (lanes.get(entry.lane) ?? null) : NO_LANE)),
    batch.map((entry) => ('lane' in entry ? Math.round(entry.expiresInMs) : null)),
    linesOf(batch.map((entry) => ('lane' in entry ? entry.work : null))),
    batch.map((entry) => ('lane' in entry ? null : entry.reason)),
  ];
}
