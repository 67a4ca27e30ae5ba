// Deliveries: handed in, moved on, read as the delivery log. Queue and log are one row.
//
//   enqueue ─► queued, owner 0 ──claim──► queued, owner n ──settle──► accepted | rejected | expired | withdrawn
//          └─► queued, owner n               │    ▲
//          └─► skipped                       └────┘ settle to `queued`: owner 0, due later
import type { DatabaseSync } from 'node:sqlite';
import { applySettlement, NOBODY, type DeliveryState } from '../settle-rule.ts';
import { NO_LANE, type Lanes } from './lanes.ts';
import type { Nodes } from './nodes.ts';
import type { Moment, Verbs } from './protocol.ts';
import { logBefore, toLogPage, type LogRow } from '../log-page.ts';
import type { Enqueued, EnqueueState, Settlement } from '../store.ts';

interface Row extends DeliveryState {
  readonly seq: number;
}

export function deliveryVerbs(
  database: DatabaseSync,
  nodes: Nodes,
  lanes: Lanes,
): Pick<Verbs, 'enqueue' | 'settle' | 'deliveries'> {
  const insert = database.prepare(
    `insert into delivery (id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner,
       due_at, expires_at, enqueued_at, attempt_count, work)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) on conflict (id) do nothing`,
  );
  const read = database.prepare(
    'select seq, status, reason, owner, attempts as kept, attempt_count as count from delivery where id = ?',
  );
  // Nothing is left of work and due time once a delivery has ended; one that is not moved keeps its due time.
  const write = database.prepare(
    `update delivery set status = ?1, reason = ?2, owner = ?3, attempts = ?4, attempt_count = ?5,
       due_at = case when ?1 = 'queued' then coalesce(?6, due_at) end, work = case when ?1 = 'queued' then work end
     where seq = ?7`,
  );
  const readLog = database.prepare(
    `select seq, id, message_id as messageId, registration_id as registrationId, status, reason, attempts as kept,
       attempt_count as attemptCount, enqueued_at as at
     from delivery where instance_id = ? and contact_id = ? and seq < ? order by seq desc limit ?`,
  );

  /** Inserts one; false: its id is known. `owner` matters only to a delivery that starts. */
  function add(now: number, entry: Enqueued, lane: number, owner: number): boolean {
    const { id, day, instanceId, contactId, messageId, registrationId = null } = entry;
    const rest =
      'lane' in entry
        ? ['queued', null, owner, now, now + Math.round(entry.expiresInMs), now, entry.work]
        : ['skipped', entry.reason, NOBODY, null, null, now, null];
    return insert.run(id, day, instanceId, contactId, messageId, registrationId, lane, ...rest).changes > 0;
  }

  function settleOne({ now }: Moment, node: number, settlement: Settlement): boolean {
    const row = read.get(settlement.id) as Row | undefined;
    if (row === undefined) return settlement.to.status === 'accepted';
    const isHeld = applySettlement(row, node, settlement);
    const { status, reason, owner, kept, count, dueInMs } = row;
    write.run(status, reason, owner, kept, count, dueInMs === undefined ? null : now + dueInMs, row.seq);
    return isHeld;
  }

  return {
    enqueue(moment, batch, node, credit) {
      const owner = nodes.ownerNumber(moment, node);
      nodes.releaseSilent(moment);
      // What may still be leased of each lane. A lane with older work gets nothing: that work goes first.
      const left = new Map<string, { lane: number; room: number }>();
      const laneOf = (name: string) => {
        let entry = left.get(name);
        if (entry === undefined) {
          const lane = lanes.laneNumber(name);
          const room =
            owner === NOBODY || lanes.hasWork(lane, moment.now) ? 0 : Math.floor(credit.get(name) ?? 0);
          left.set(name, (entry = { lane, room }));
        }
        return entry;
      };
      return batch.map((entry) => {
        const { id } = entry;
        if (!('lane' in entry)) {
          const state: EnqueueState = add(moment.now, entry, NO_LANE, NOBODY) ? 'skipped' : 'known';
          return { id, state };
        }
        const target = laneOf(entry.lane);
        const leased = target.room > 0;
        if (!add(moment.now, entry, target.lane, leased ? owner : NOBODY)) return { id, state: 'known' };
        if (leased) target.room -= 1;
        return { id, state: leased ? 'leased' : 'queued' };
      });
    },
    settle(moment, node, batch) {
      const owner = nodes.ownerNumber(moment, node);
      return { lost: batch.filter((one) => !settleOne(moment, owner, one)).map(({ id }) => id) };
    },
    deliveries(_, { instanceId, contactId }, page) {
      const rows = readLog.all(instanceId, contactId, logBefore(page), page.limit + 1);
      return toLogPage(rows as unknown as LogRow[], page);
    },
  };
}
