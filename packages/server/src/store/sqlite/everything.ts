// Everything in the file, for another store.
import type { DatabaseSync } from 'node:sqlite';
import { PARTS, placeOf, toPage, type Part, type PartRow } from '../everything.ts';
import { LOG_COLUMNS } from './instance-log.ts';
import type { Verbs } from './protocol.ts';

/** ?1: the key to start after, ?2: the limit, ?3: now. */
const READ: Readonly<Record<Part, string>> = {
  setting: `select kind || char(0) || id as key, kind, id, body from setting
    where kind || char(0) || id > ?1 and ?3 is not null order by key limit ?2`,
  contact: `select rowid as key, instance_id as instanceId, contact_id as contactId, body, review_at - ?3 as reviewInMs,
    remove_at - ?3 as keepForMs from contact
    where rowid > cast(?1 as integer) and (remove_at is null or remove_at > ?3) order by rowid limit ?2`,
  claim: `select rowid as key, instance_id as instanceId, operation, token, fingerprint, answer from claim
    where rowid > cast(?1 as integer) and expires_at > ?3 order by rowid limit ?2`,
  delivery: `select ${LOG_COLUMNS}, seq as key, instance_id as instanceId, day, work, expires_at - ?3 as expiresInMs,
    max(0, due_at - ?3) as dueInMs from delivery where seq > cast(?1 as integer) order by seq limit ?2`,
};

export function everythingVerb(database: DatabaseSync): Pick<Verbs, 'everything'> {
  const prepare = (part: Part) => database.prepare(READ[part]);
  const statements = {
    setting: prepare('setting'),
    contact: prepare('contact'),
    claim: prepare('claim'),
    delivery: prepare('delivery'),
  };
  return {
    everything({ now }, { limit, next }) {
      const [number, behind] = placeOf(next);
      const rows = statements[PARTS[number]!].all(behind, limit, now) as unknown as PartRow[];
      return toPage(number, rows, limit);
    },
  };
}
