// The deliveries of an instance: list, count, replay and withdraw.
import type { DatabaseSync } from 'node:sqlite';
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
import { rowsFor } from '../page.ts';
import { NOBODY } from '../settle-rule.ts';
import type { DeliveryIndex } from './delivery-index.ts';
import { NO_LANE, type Lanes } from './lanes.ts';
import type { Verbs } from './protocol.ts';

export const LOG_COLUMNS = `seq, id, contact_id as contactId, message_id as messageId, registration_id as registrationId,
  (select name from lane where number = delivery.lane) as lane, status, reason, attempts as kept,
  attempt_count as attemptCount, enqueued_at as at, case when lane > ${NO_LANE} then expires_at end as expiresAt,
  is_undelivered is not null and work is not null as isKept`;

/** The conditions of the partial indexes, word for word: SQLite uses an index only if its condition matches. */
const CONDITIONS: Readonly<Record<LogIndex, string>> = {
  started: `lane > ${NO_LANE}`,
  skipped: `lane = ${NO_LANE}`,
  undelivered: 'is_undelivered is not null',
};

const MINUTE_MS = 60_000;

export function instanceLogVerbs(
  database: DatabaseSync,
  lanes: Pick<Lanes, 'laneNumber'>,
  deliveries: Pick<DeliveryIndex, 'find'>,
): Pick<Verbs, 'instanceDeliveries' | 'deliveryCounts' | 'delivery' | 'replay' | 'withdraw'> {
  const forEachIndex = (sql: (from: string) => string) => {
    const prepare = (index: LogIndex) =>
      database.prepare(
        sql(`from delivery indexed by delivery_${index} where instance_id = ?1 and ${CONDITIONS[index]}`),
      );
    return {
      started: prepare('started'),
      skipped: prepare('skipped'),
      undelivered: prepare('undelivered'),
    };
  };
  const readEdge = forEachIndex(
    (from) =>
      `select enqueued_at as at, seq ${from} and (enqueued_at, seq) < (?2, ?3) and enqueued_at >= ?4
       order by enqueued_at desc, seq desc limit 1 offset ${SCANNED_ROWS - 1}`,
  );
  const readPage = forEachIndex(
    (from) =>
      `select ${LOG_COLUMNS} ${from} and (enqueued_at, seq) < (?2, ?3) and (enqueued_at, seq) >= (?4, ?5)
         and (?6 is null or status = ?6) and (?7 is null or reason = ?7)
         and (?8 is null or exists (
           select 1 from lane, json_each(?8) where number = delivery.lane and substr(name, 1, length(value)) = value))
       order by enqueued_at desc, seq desc limit ?9`,
  );
  const count = forEachIndex(
    (from) => `select count(*) as count ${from} and enqueued_at >= ?2 and enqueued_at < ?3`,
  );
  const readOne = database.prepare(
    `select ${LOG_COLUMNS}, case when status <> 'queued' then work end as keep
     from delivery where seq = ? and instance_id = ?`,
  );
  const replay = database.prepare(
    `update delivery set status = 'queued', reason = ?1, owner = ${NOBODY}, holder = ${NOBODY}, lane = ?2, due_at = ?3, expires_at = ?4, work = ?5,
       is_undelivered = null
     where seq = ?6 and instance_id = ?7 and is_undelivered is not null and work is not null`,
  );
  const withdraw = database.prepare(
    `update delivery set status = 'withdrawn', reason = ?, owner = ${NOBODY}, holder = null, due_at = null, work = null, is_undelivered = 1
     where seq = ? and instance_id = ? and status = 'queued'`,
  );

  /** No row has the number 0. */
  const rowOf = (id: string): number => deliveries.find(id) ?? 0;

  return {
    instanceDeliveries(_, filter, page) {
      const { instanceId, from = 0, lanes, reason = null } = filter;
      const index = indexFor(filter.status);
      const start = startOf(filter, page);
      const edge = hasMisses(filter)
        ? (readEdge[index].get(instanceId, start.at, start.seq, from) as LogPosition | undefined)
        : undefined;
      const rows = readPage[index].all(
        instanceId,
        start.at,
        start.seq,
        edge?.at ?? from,
        edge?.seq ?? 0,
        statusIn(filter),
        reason,
        lanes === undefined ? null : JSON.stringify(lanes),
        rowsFor(page),
      );
      return toInstancePage(rows as unknown as LogRow[], page, edge);
    },
    deliveryCounts(_, instanceId, of, from, to) {
      // One query per minute: grouping by minutes sorts all their rows, and costs four times as much.
      return Array.from({ length: Math.max(0, to - from) }, (_, index) => {
        const begin = (from + index) * MINUTE_MS;
        return Number(count[of].get(instanceId, begin, begin + MINUTE_MS)?.['count']);
      });
    },
    delivery(_, instanceId, id) {
      const row = readOne.get(rowOf(id), instanceId) as
        | (LogRow & { readonly keep: string | null })
        | undefined;
      if (row === undefined) return undefined;
      return { ...toLogEntry(row), ...(row.keep !== null && { kept: row.keep }) };
    },
    replay({ now }, instanceId, id, { lane, expiresInMs, work, reason }) {
      const expiresAt = now + Math.round(expiresInMs);
      const { changes } = replay.run(
        reason,
        lanes.laneNumber(lane),
        now,
        expiresAt,
        work,
        rowOf(id),
        instanceId,
      );
      return changes > 0 ? 'queued' : 'changed';
    },
    withdraw(_, instanceId, id, reason) {
      if (withdraw.run(reason, rowOf(id), instanceId).changes > 0) return 'withdrawn';
      return readOne.get(rowOf(id), instanceId) === undefined ? 'unknown' : 'ended';
    },
  };
}
