// Everything in the schema, for another store.
import { PARTS, placeOf, toPage, type Part, type PartRow } from '../everything.ts';
import type { Store } from '../store.ts';
import type { Database } from './database.ts';
import { LOG_COLUMNS } from './delivery-log.ts';
import { NO_LANE } from './lanes.ts';

/** $1: the key to start after, as a list of texts; $2: the limit. Each query uses an index. */
const READ: Readonly<Record<Part, { readonly width: number; readonly text: string }>> = {
  setting: {
    width: 2,
    text: `select kind as k1, id as k2, kind, id, body from chatpush.setting
      where (kind, id) > (($1::text[])[1], ($1::text[])[2]) order by kind, id limit $2`,
  },
  contact: {
    width: 2,
    text: `select instance_id as k1, contact_id as k2, instance_id as "instanceId", contact_id as "contactId", body,
      review_at - chatpush.now_ms() as "reviewInMs", remove_at - chatpush.now_ms() as "keepForMs" from chatpush.contact
      where (instance_id, contact_id) > (($1::text[])[1], ($1::text[])[2]) and (remove_at is null or remove_at > chatpush.now_ms())
      order by instance_id, contact_id limit $2`,
  },
  claim: {
    width: 3,
    text: `select instance_id as k1, operation as k2, token as k3, instance_id as "instanceId", operation, token, fingerprint, answer
      from chatpush.claim
      where (instance_id, operation, token) > (($1::text[])[1], ($1::text[])[2], ($1::text[])[3]) and expires_at > chatpush.now_ms()
      order by instance_id, operation, token limit $2`,
  },
  delivery: {
    width: 3,
    text: `select ${LOG_COLUMNS}, instance_id as k1, enqueued_at as k2, seq as k3, instance_id as "instanceId", day, work,
      expires_at - chatpush.now_ms() as "expiresInMs", greatest(0, due_at - chatpush.now_ms()) as "dueInMs"
      from (${[`lane > ${NO_LANE}`, `lane = ${NO_LANE}`]
        .map(
          (condition) => `(select * from chatpush.delivery
            where ${condition} and (instance_id, enqueued_at, seq) > (($1::text[])[1], ($1::text[])[2]::bigint, ($1::text[])[3]::bigint)
            order by instance_id, enqueued_at, seq limit $2)`,
        )
        .join(' union all ')}) as delivery
      order by instance_id, enqueued_at, seq limit $2`,
  },
};

export function everythingVerb(database: Database): Store['everything'] {
  return async ({ limit, next }) => {
    const [number, behind] = placeOf(next);
    const part = PARTS[number]!;
    const { width, text } = READ[part];
    const first = Array.from({ length: width }, (_, index) => (part === 'delivery' && index > 0 ? '-1' : ''));
    const key = behind === '' ? first : (JSON.parse(behind) as string[]);
    const rows = await database.query<Record<string, unknown>>({ text }, [key, limit]);
    return toPage(
      number,
      rows.map(({ k1, k2, k3, ...row }): PartRow =>
        Object.assign(row, { key: JSON.stringify([k1, k2, k3].slice(0, width).map(String)) }),
      ),
      limit,
    );
  };
}
