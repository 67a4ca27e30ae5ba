// Settle: the results of attempts, and what they do to their deliveries.
import type { DatabaseSync } from 'node:sqlite';
import { KEPT_ATTEMPTS } from '../attempts.ts';
import { applySettlement, NOBODY, UNDELIVERED, type DeliveryState } from '../settle-rule.ts';
import type { LogEntry } from '../store.ts';
import type { DeliveryIndex } from './delivery-index.ts';
import { SETTLEMENT_WIDTH, unpackSettlement } from './flat.ts';
import type { Flat, PackedSettlement } from './flat.ts';
import type { Nodes } from './nodes.ts';
import type { Moment, Verbs } from './protocol.ts';

/** The value of the column is_undelivered. */
const signOf = (status: LogEntry['status']): 1 | null => (UNDELIVERED.includes(status) ? 1 : null);

export function settleVerb(
  database: DatabaseSync,
  nodes: Nodes,
  index: DeliveryIndex,
): Pick<Verbs, 'settle'> {
  // The first settlement of a delivery by the node that holds it, which almost all are: nothing has to be read
  // first.
  const settleFirst = database.prepare(
    `update delivery set status = ?1, reason = ?2, owner = ${NOBODY}, due_at = ?3, attempts = ?4, attempt_count = ?5,
       holder = case when ?1 = 'queued' then ${NOBODY} end, work = case when ?1 = 'queued' then work else ?6 end, is_undelivered = ?7
     where seq = ?8 and id = ?9 and owner = ?10 and status = 'queued' and attempts is null`,
  );
  const read = database.prepare(
    'select status, reason, owner, attempts as kept, attempt_count as count from delivery where seq = ?',
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

  /** Settles entry number `at` of a flat list; false: it is lost. */
  function settleOne({ now }: Moment, node: number, flat: Flat, at: number): boolean {
    const settlement = flat.slice(at, at + SETTLEMENT_WIDTH) as PackedSettlement;
    const [id, status, reason, dueInMs, kept, count, keep] = settlement;
    if (node !== NOBODY && count <= KEPT_ATTEMPTS) {
      const row = index.recall(id) ?? index.find(id) ?? 0;
      const dueAt = dueInMs === null ? null : now + dueInMs;
      const moved = [status, reason, dueAt, kept, count, keep, signOf(status)] as const;
      if (settleFirst.run(...moved, row, id, node).changes > 0) return true;
    }
    const seq = index.find(id);
    if (seq === undefined) return status === 'accepted';
    const row = read.get(seq) as unknown as DeliveryState;
    const isHeld = applySettlement(row, node, unpackSettlement(settlement));
    const dueAt = row.dueInMs === undefined ? null : now + row.dueInMs;
    const [hasEnded, left] = row.keep === undefined ? [0, null] : [1, row.keep];
    const moved = [row.status, row.reason, row.owner, row.kept, row.count, dueAt, hasEnded, left] as const;
    write.run(...moved, signOf(row.status), seq);
    return isHeld;
  }

  return {
    settle(moment, node, settlements) {
      const owner = nodes.ownerNumber(moment, node);
      const lost: string[] = [];
      for (let at = 0; at < settlements.length; at += SETTLEMENT_WIDTH)
        if (!settleOne(moment, owner, settlements, at)) lost.push(settlements[at] as string);
      return { lost };
    },
  };
}
