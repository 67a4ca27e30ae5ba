// Reading the delivery log.
import { logBefore, toLogPage, type LogRow } from '../log-page.ts';
import { rowsFor } from '../page.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { NO_LANE } from './lanes.ts';

export const LOG_COLUMNS = `seq, id, contact_id as "contactId", message_id as "messageId", registration_id as "registrationId",
  (select name from chatpush.lane where number = delivery.lane) as lane, status, reason, attempts as kept, attempt_count as "attemptCount", enqueued_at as at,
  case when lane > ${NO_LANE} then expires_at end as "expiresAt", (is_undelivered and work is not null) is true as "isKept"`;

const READ_LOG = {
  name: 'deliveries',
  text: `select ${LOG_COLUMNS} from chatpush.delivery
    where hashtextextended(contact_id, 0) = hashtextextended($2, 0) and contact_id = $2 and instance_id = $1 and seq < $3 order by seq desc limit $4`,
};

export function deliveryLogVerb(database: Database): Store['deliveries'] {
  return async ({ instanceId, contactId }, page) => {
    const given = [instanceId, contactId, logBefore(page), rowsFor(page)];
    return toLogPage(await database.query<LogRow>(READ_LOG, given), page);
  };
}
