// Reading the delivery log.
import { readAttempts } from '../attempts.ts';
import type { LogEntry, Store } from '../store.ts';
import type { Database } from './database.ts';

const READ_LOG = {
  name: 'deliveries',
  text: `select seq, id, message_id as "messageId", registration_id as "registrationId", status, reason,
      attempts as kept, attempt_count as "attemptCount", enqueued_at as at
    from delivery where instance_id = $1 and contact_id = $2 and seq < $3 order by seq desc limit $4`,
};

interface LogRow extends Omit<LogEntry, 'registrationId' | 'reason' | 'attempts'> {
  readonly seq: number;
  readonly registrationId: string | null;
  readonly reason: string | null;
  readonly kept: string | null;
}

export function deliveryLogVerb(database: Database): Store['deliveries'] {
  return async ({ instanceId, contactId }, { limit, next }) => {
    const before = next === undefined ? Number.MAX_SAFE_INTEGER : Number(next);
    const rows = await database.query<LogRow>(READ_LOG, [instanceId, contactId, before, limit + 1]);
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const more = rows.length > limit && last !== undefined;
    return { items: items.map(toLogEntry), ...(more ? { next: String(last.seq) } : {}) };
  };
}

function toLogEntry({
  id,
  messageId,
  registrationId,
  status,
  reason,
  kept,
  attemptCount,
  at,
}: LogRow): LogEntry {
  return {
    id,
    messageId,
    ...(registrationId === null ? {} : { registrationId }),
    status,
    ...(reason === null ? {} : { reason }),
    attempts: readAttempts(kept),
    attemptCount,
    at,
  };
}
