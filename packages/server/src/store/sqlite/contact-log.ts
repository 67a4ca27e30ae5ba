// The deliveries of a contact.
import type { DatabaseSync } from 'node:sqlite';
import { logBefore, toLogPage, type LogRow } from '../log-page.ts';
import { rowsFor } from '../page.ts';
import type { DeliveryIndex } from './delivery-index.ts';
import { LOG_COLUMNS } from './instance-log.ts';
import type { Verbs } from './protocol.ts';

export function contactLogVerb(database: DatabaseSync, index: DeliveryIndex): Pick<Verbs, 'deliveries'> {
  const read = database.prepare(
    `select ${LOG_COLUMNS} from delivery where seq = ? and instance_id = ? and contact_id = ?`,
  );

  return {
    deliveries(_, { instanceId, contactId }, page) {
      const rows: LogRow[] = [];
      for (const seq of index.ofContact(instanceId, contactId, logBefore(page))) {
        const row = read.get(seq, instanceId, contactId) as LogRow | undefined;
        if (row !== undefined) rows.push(row);
        if (rows.length === rowsFor(page)) break;
      }
      return toLogPage(rows, page);
    },
  };
}
