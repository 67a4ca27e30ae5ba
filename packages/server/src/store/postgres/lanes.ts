// Lanes by number, and the work waiting in them.
import { systemClock } from '../../clock.ts';
import { countSent } from '../attempts.ts';
import { NOBODY } from '../settle-rule.ts';
import { createStepWatch, LONGEST_DELAY_MS } from '../clock-step.ts';
import type { Delivery, Store } from '../store.ts';
import type { Database } from './database.ts';
import type { Leases } from './leases.ts';
import { LIVE_NODE, type Nodes } from './nodes.ts';
import { TIME_OUTS } from './session.ts';

/** The lane of deliveries that never start. */
export const NO_LANE = 0;

/** What a claim may take; each use is one range of the index delivery_open. */
export const FREE = `holder = ${NOBODY}`;

const READ_LANES = {
  name: 'lanes',
  text: 'select name, number from chatpush.lane where name = any($1::text[])',
};

const ADD_LANES = {
  name: 'add-lanes',
  text: 'insert into chatpush.lane (name) select unnest($1::text[]) order by 1 on conflict do nothing',
};

const CLAIM = {
  name: 'claim',
  text: `with me as materialized (${LIVE_NODE}),
    picked as materialized (
      select due.* from unnest($2::int[], $3::int[]) as wanted (lane, count), lateral (
        select seq, id, day from chatpush.delivery
        where ${FREE} and lane = wanted.lane and due_at <= chatpush.now_ms() and exists (select from me)
        order by due_at, seq limit wanted.count
        for update skip locked
      ) as due
    )
    update chatpush.delivery set owner = me.number, holder = me.number from picked, me
    where delivery.seq = picked.seq and delivery.id = picked.id and delivery.day = picked.day
    returning delivery.id, delivery.day, instance_id as "instanceId", contact_id as "contactId",
      message_id as "messageId", registration_id as "registrationId", lane, expires_at - chatpush.now_ms() as "expiresInMs",
      work, attempts as kept, chatpush.now_ms() - enqueued_at as "ageMs", due_at as "dueAt", delivery.seq`,
};

// From lane to lane by the index, so that lanes without free work cost nothing.
const WAITING = {
  name: 'waiting',
  text: `with recursive with_work (lane) as (
      (select lane from chatpush.delivery where ${FREE} order by lane limit 1)
      union all
      select (select lane from chatpush.delivery where ${FREE} and lane > with_work.lane order by lane limit 1)
      from with_work where with_work.lane is not null
    )
    select chatpush.now_ms() as now, name, count, first from (select) as always left join (
      select name, due.count::int, due.first from with_work join chatpush.lane on number = with_work.lane, lateral (
        select count(*), min(due_at) as first from (
          select due_at from chatpush.delivery where ${FREE} and delivery.lane = with_work.lane and due_at <= chatpush.now_ms()
          order by due_at limit $1
        ) as up_to_cap
      ) as due where due.count > 0
    ) as counted on true`,
};

// A row that a node is leasing or settling at this moment is updated by that instead.
const HASTEN = {
  name: 'hasten',
  text: `update chatpush.delivery set due_at = chatpush.now_ms() where (seq, id, day) in (
    select seq, id, day from chatpush.delivery where ${FREE} and due_at > chatpush.now_ms() + $1::bigint for update skip locked)`,
};

interface WaitingRow {
  readonly now: number;
  /** Null if nothing waits: there is always one row. */
  readonly name: string | null;
  readonly count: number;
  readonly first: number;
}

interface ClaimedRow extends Omit<Delivery, 'lane' | 'sentBefore'> {
  readonly lane: number;
  readonly kept: string | null;
  readonly dueAt: number;
  readonly seq: number;
}

export interface Lanes extends Pick<Store, 'claim' | 'waiting'> {
  /** Numbers by name, assigned when a lane is named for the first time. */
  laneNumbers(names: Iterable<string>): Promise<ReadonlyMap<string, number>>;
}

export function laneVerbs(database: Database, nodes: Nodes, leases: Pick<Leases, 'claimed'>): Lanes {
  const isSetBack = createStepWatch();
  /**
   * How far in the future a due time may lie, when that must be checked: at first, and after the clock was set
   * back.
   */
  let believedMs: number | undefined = LONGEST_DELAY_MS;
  /**
   * Monotonic time of a second check: a statement that read the time before the clock was set back may write its due
   * times after the first.
   */
  let checkAgainAt = Infinity;
  /** Lanes are never removed and keep their number, so a cached number stays valid. */
  const known = new Map<string, number>();

  async function laneNumbers(wanted: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    // Copied, because an iterator can be consumed only once.
    const names = [...new Set(wanted)];
    const missing = () => names.filter((name) => !known.has(name));
    const read = async () => {
      const rows = await database.query<{ name: string; number: number }>(READ_LANES, [missing()]);
      for (const { name, number } of rows) known.set(name, number);
    };
    if (missing().length > 0) await read();
    if (missing().length > 0) {
      await database.query(ADD_LANES, [missing()]);
      await read();
    }
    return known;
  }

  return {
    laneNumbers,
    async claim(node, want) {
      if (want.size === 0) return [];
      await nodes.releaseSilent();
      const numbers = await laneNumbers(want.keys());
      const names = new Map([...want.keys()].map((name) => [numbers.get(name), name]));
      const rows = await database.query<ClaimedRow>(CLAIM, [node, [...names.keys()], [...want.values()]]);
      leases.claimed(node, rows);
      rows.sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq);
      return rows.map(({ dueAt: _dueAt, seq: _seq, kept, ...row }) =>
        Object.assign(row, { lane: names.get(row.lane) ?? '', sentBefore: countSent(kept) }),
      );
    },
    async waiting(cap) {
      await nodes.releaseSilent();
      const askedAt = systemClock.monotonic();
      const read = () => database.query<WaitingRow>(WAITING, [cap]);
      let rows = await read();
      if (isSetBack(rows[0]!.now, askedAt, systemClock.monotonic())) {
        believedMs = 0;
        checkAgainAt = systemClock.monotonic() + TIME_OUTS.statementMs;
      } else if (systemClock.monotonic() >= checkAgainAt) {
        believedMs = 0;
        checkAgainAt = Infinity;
      }
      if (believedMs !== undefined) {
        // Nodes with heartbeats in the future show it too, even if it happened while no process was running.
        if (await nodes.limitSilence()) believedMs = 0;
        await database.query(HASTEN, [believedMs]);
        believedMs = undefined;
        rows = await read();
      }
      return new Map(
        rows.flatMap(({ name, count, now, first }) =>
          name === null ? [] : [[name, { count, dueForMs: now - first }] as const],
        ),
      );
    },
  };
}
