// The deliveries of an instance: list, count, replay and withdraw.
import {
  hasMisses,
  indexFor,
  SCANNED_ROWS,
  startOf,
  statusIn,
  toInstancePage,
  type LogIndex,
  type LogPosition,
} from '../instance-log.ts';
import { toLogEntry, type LogRow } from '../log-page.ts';
import { NOBODY } from '../settle-rule.ts';
import { rowsFor } from '../page.ts';
import type { DeliveryFilter, Store } from '../store.ts';
import type { Database, Statement } from './database.ts';
import { SEQ } from './delivery-place.ts';
import { LOG_COLUMNS } from './delivery-log.ts';
import { NO_LANE, type Lanes } from './lanes.ts';

/** The conditions of the partial indexes, in the form that the planner recognizes. */
const CONDITIONS: Readonly<Record<LogIndex, string>> = {
  started: `lane > ${NO_LANE}`,
  skipped: `lane = ${NO_LANE}`,
  undelivered: 'is_undelivered',
};

const MINUTE_MS = 60_000;

const forEachIndex = (
  name: string,
  text: (condition: string) => string,
): Readonly<Record<LogIndex, Statement>> => {
  const statement = (index: LogIndex) => ({
    name: `${name}-${index}`,
    text: text(`instance_id = $1 and ${CONDITIONS[index]}`),
  });
  return {
    started: statement('started'),
    skipped: statement('skipped'),
    undelivered: statement('undelivered'),
  };
};

const READ_EDGE = forEachIndex(
  'log-edge',
  (condition) =>
    `select enqueued_at as at, seq from chatpush.delivery
     where ${condition} and (enqueued_at, seq) < ($2::bigint, $3::bigint) and enqueued_at >= $4::bigint
     order by enqueued_at desc, seq desc limit 1 offset ${SCANNED_ROWS - 1}`,
);

/** Lanes by the prefixes of their names: a few rows, so the page compares numbers. */
const READ_LANES = {
  name: 'log-lanes',
  text: `select number from chatpush.lane
    where exists (select from unnest($1::text[]) as given (beginning) where starts_with(name, beginning))`,
};

// Takes the rows of the page first, in the order of the index, and filters them afterwards. Otherwise the planner
// expects to find a reason without matches faster in the whole table, which took 390 ms for a million deliveries.
const READ_PAGE = forEachIndex(
  'log-page',
  (condition) =>
    `select ${LOG_COLUMNS} from (
       select * from chatpush.delivery
       where ${condition} and (enqueued_at, seq) < ($2::bigint, $3::bigint) and enqueued_at >= $4::bigint
       order by enqueued_at desc, seq desc limit ${SCANNED_ROWS}
     ) as delivery
     where ($5::text is null or status = $5) and ($6::text is null or reason = $6)
       and ($7::int[] is null or lane = any($7))
     order by enqueued_at desc, seq desc limit $8`,
);

const COUNT = forEachIndex(
  'log-count',
  (condition) =>
    `select enqueued_at / ${MINUTE_MS} as minute, count(*) as count from chatpush.delivery
     where ${condition} and enqueued_at >= $2::bigint and enqueued_at < $3::bigint group by 1`,
);

const ONE = `delivery.id = $1 and instance_id = $2
  and day = (select key.day from chatpush.delivery_key as key where key.id = $1)
  and delivery.seq = (select ${SEQ} from chatpush.delivery_key as key where key.id = $1)`;

const READ_ONE = {
  name: 'log-one',
  text: `select ${LOG_COLUMNS}, case when status <> 'queued' then work end as keep
    from chatpush.delivery where ${ONE}`,
};

const REPLAY = {
  name: 'replay',
  text: `update chatpush.delivery set status = 'queued', reason = $3, owner = ${NOBODY}, holder = ${NOBODY}, lane = $4,
      due_at = chatpush.now_ms(), expires_at = chatpush.now_ms() + $5::bigint, work = $6, is_undelivered = null
    where ${ONE} and is_undelivered and work is not null returning 1`,
};

const WITHDRAW = {
  name: 'withdraw',
  text: `update chatpush.delivery set status = 'withdrawn', reason = $3, owner = ${NOBODY}, holder = null, work = null,
      is_undelivered = true
    where ${ONE} and status = 'queued' returning 1`,
};

export function instanceLogVerbs(
  database: Database,
  lanes: Pick<Lanes, 'laneNumbers'>,
): Pick<Store, 'instanceDeliveries' | 'deliveryCounts' | 'delivery' | 'replay' | 'withdraw'> {
  const readOne = (instanceId: string, id: string) =>
    database.query<LogRow & { readonly keep: string | null }>(READ_ONE, [id, instanceId]);

  /** The numbers of the lanes that a filter names; null: all. */
  async function lanesOf({ lanes: beginnings }: DeliveryFilter): Promise<number[] | null> {
    if (beginnings === undefined) return null;
    const rows = await database.query<{ number: number }>(READ_LANES, [beginnings]);
    return rows.map(({ number }) => number);
  }

  async function edgeOf(filter: DeliveryFilter, range: readonly unknown[]): Promise<LogPosition | undefined> {
    if (!hasMisses(filter)) return undefined;
    return (await database.query<LogPosition>(READ_EDGE[indexFor(filter.status)], range))[0];
  }

  return {
    async instanceDeliveries(filter, page) {
      const { instanceId, from = 0, reason = null } = filter;
      const index = indexFor(filter.status);
      const start = startOf(filter, page);
      const range = [instanceId, start.at, start.seq, from];
      const [lanes, edge] = await Promise.all([lanesOf(filter), edgeOf(filter, range)]);
      const conditions = [statusIn(filter), reason, lanes];
      const rows = await database.query<LogRow>(READ_PAGE[index], [...range, ...conditions, rowsFor(page)]);
      return toInstancePage(rows, page, edge);
    },
    async deliveryCounts(instanceId, of, from, to) {
      const counts = Array.from({ length: Math.max(0, to - from) }, () => 0);
      const given = [instanceId, from * MINUTE_MS, to * MINUTE_MS];
      for (const { minute, count } of await database.query<{ minute: number; count: number }>(
        COUNT[of],
        given,
      ))
        counts[minute - from] = count;
      return counts;
    },
    async delivery(instanceId, id) {
      const [row] = await readOne(instanceId, id);
      if (row === undefined) return undefined;
      return { ...toLogEntry(row), ...(row.keep !== null && { kept: row.keep }) };
    },
    async replay(instanceId, id, { lane, expiresInMs, work, reason }) {
      const number = (await lanes.laneNumbers([lane])).get(lane);
      const given = [id, instanceId, reason, number, Math.round(expiresInMs), work];
      return (await database.query(REPLAY, given)).length > 0 ? 'queued' : 'changed';
    },
    async withdraw(instanceId, id, reason) {
      const rows = await database.query(WITHDRAW, [id, instanceId, reason]);
      if (rows.length > 0) return 'withdrawn';
      return (await readOne(instanceId, id)).length > 0 ? 'ended' : 'unknown';
    },
  };
}
