// Deliveries: enqueue, settle, and read as the delivery log. One row is both queue entry and log entry.
//
//   enqueue ─► queued, owner 0 ──claim──► queued, owner n ──settle──► accepted | rejected | expired | withdrawn
//          └─► queued, owner n               │    ▲
//          └─► skipped                       └────┘ settle to `queued`: owner 0, due later
//
// The column `holder` is the owner as far as the index delivery_open needs it (migrations.ts).
import type { DatabaseSync } from 'node:sqlite';
import { KEPT_ATTEMPTS } from '../attempts.ts';
import { LETTER } from '../enqueue-states.ts';
import { applySettlement, NOBODY, UNDELIVERED, type DeliveryState } from '../settle-rule.ts';
import type { LogEntry } from '../store.ts';
import { ENTRY_WIDTH, SETTLEMENT_WIDTH, unpackSettlement } from './flat.ts';
import type { Flat, PackedEntry, PackedSettlement } from './flat.ts';
import { NO_LANE, type Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { Nodes } from './nodes.ts';
import { rowsFor } from '../page.ts';
import type { Moment, Verbs } from './protocol.ts';
import { LOG_COLUMNS } from './instance-log.ts';
import { logBefore, toLogPage, type LogRow } from '../log-page.ts';

interface Row extends DeliveryState {
  readonly seq: number;
}

/** The value of the column is_undelivered. */
const signOf = (status: LogEntry['status']): 1 | null => (UNDELIVERED.includes(status) ? 1 : null);

export function deliveryVerbs(
  database: DatabaseSync,
  nodes: Nodes,
  lanes: Lanes,
  leases: Leases,
): Pick<Verbs, 'enqueue' | 'settle' | 'deliveries'> {
  const insert = database.prepare(
    `insert into delivery (id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner,
       holder, due_at, expires_at, enqueued_at, attempt_count, work)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) on conflict (id) do nothing`,
  );
  const read = database.prepare(
    'select seq, status, reason, owner, attempts as kept, attempt_count as count from delivery where id = ?',
  );
  // The first settlement of a delivery by the node that holds it, which almost all are: nothing has to be read
  // first.
  const settleFirst = database.prepare(
    `update delivery set status = ?1, reason = ?2, owner = ${NOBODY}, due_at = ?3, attempts = ?4, attempt_count = ?5,
       holder = case when ?1 = 'queued' then ${NOBODY} end, work = case when ?1 = 'queued' then work else ?8 end, is_undelivered = ?9
     where id = ?6 and owner = ?7 and status = 'queued' and attempts is null`,
  );
  // An ended delivery loses its due time, and its work except what must be kept; a delivery that is not moved keeps
  // both.
  const write = database.prepare(
    `update delivery set status = ?1, reason = ?2, owner = ?3, attempts = ?4, attempt_count = ?5,
       due_at = case when ?1 = 'queued' then coalesce(?6, due_at) end, work = case when ?7 then ?8 else work end,
       is_undelivered = ?9,
       holder = case when ?1 <> 'queued' then null when ?3 = ${NOBODY} then ${NOBODY} else holder end
     where seq = ?10`,
  );
  const readLog = database.prepare(
    `select ${LOG_COLUMNS} from delivery where instance_id = ? and contact_id = ? and seq < ? order by seq desc limit ?`,
  );

  /** Settles entry number `at` of a flat list; false: it is lost. */
  function settleOne({ now }: Moment, node: number, flat: Flat, at: number): boolean {
    const settlement = flat.slice(at, at + SETTLEMENT_WIDTH) as PackedSettlement;
    const [id, status, reason, dueInMs, kept, count, keep] = settlement;
    if (node !== NOBODY && count <= KEPT_ATTEMPTS) {
      const dueAt = dueInMs === null ? null : now + dueInMs;
      if (settleFirst.run(status, reason, dueAt, kept, count, id, node, keep, signOf(status)).changes > 0)
        return true;
    }
    const row = read.get(id) as Row | undefined;
    if (row === undefined) return status === 'accepted';
    const isHeld = applySettlement(row, node, unpackSettlement(settlement));
    const dueAt = row.dueInMs === undefined ? null : now + row.dueInMs;
    const [hasEnded, left] = row.keep === undefined ? [0, null] : [1, row.keep];
    const moved = [row.status, row.reason, row.owner, row.kept, row.count, dueAt, hasEnded, left] as const;
    write.run(...moved, signOf(row.status), row.seq);
    return isHeld;
  }

  return {
    enqueue(moment, entries, node, credit) {
      const { now } = moment;
      const owner = nodes.ownerNumber(moment, node);
      nodes.releaseSilent(moment);
      // What may still be leased for each lane. A lane with older work gets nothing: that work goes first.
      const left = new Map<string, { readonly lane: number; room: number }>();
      const laneOf = (name: string) => {
        let entry = left.get(name);
        if (entry === undefined) {
          const lane = lanes.laneNumber(name);
          const room = owner === NOBODY || lanes.hasWork(lane, now) ? 0 : Math.floor(credit.get(name) ?? 0);
          left.set(name, (entry = { lane, room }));
        }
        return entry;
      };
      let letters = '';
      let first = 0;
      let last = 0;
      for (let at = 0; at < entries.length; at += ENTRY_WIDTH) {
        const [id, day, instanceId, contactId, messageId, registrationId, name, expiresInMs, text] =
          entries.slice(at, at + ENTRY_WIDTH) as PackedEntry;
        const key = [id, day, instanceId, contactId, messageId, registrationId] as const;
        if (name === null) {
          const isNew =
            insert.run(...key, NO_LANE, 'skipped', text, NOBODY, null, null, null, now, null).changes > 0;
          letters += isNew ? LETTER.skipped : LETTER.known;
          continue;
        }
        const target = laneOf(name);
        const isLeased = target.room > 0;
        const ownership = isLeased ? ([owner, null] as const) : ([NOBODY, NOBODY] as const);
        const values = [
          target.lane,
          'queued',
          null,
          ...ownership,
          now,
          now + expiresInMs,
          now,
          text,
        ] as const;
        const { changes, lastInsertRowid } = insert.run(...key, ...values);
        if (changes === 0) letters += LETTER.known;
        else if (!isLeased) letters += LETTER.queued;
        else {
          letters += LETTER.leased;
          target.room -= 1;
          last = Number(lastInsertRowid);
          first ||= last;
        }
      }
      if (first > 0) leases.add(owner, first, last);
      return letters;
    },
    settle(moment, node, settlements) {
      const owner = nodes.ownerNumber(moment, node);
      const lost: string[] = [];
      for (let at = 0; at < settlements.length; at += SETTLEMENT_WIDTH)
        if (!settleOne(moment, owner, settlements, at)) lost.push(settlements[at] as string);
      return { lost };
    },
    deliveries(_, { instanceId, contactId }, page) {
      const rows = readLog.all(instanceId, contactId, logBefore(page), rowsFor(page));
      return toLogPage(rows as unknown as LogRow[], page);
    },
  };
}
