// Enqueue: new deliveries become rows, and as many as their node may send at once are leased to it.
import type { DatabaseSync } from 'node:sqlite';
import { LETTER } from '../enqueue-states.ts';
import { NOBODY } from '../settle-rule.ts';
import type { DeliveryIndex, IndexedRow } from './delivery-index.ts';
import { ENTRY_WIDTH, NEVER_STARTS } from './flat.ts';
import type { Flat, PackedEntry } from './flat.ts';
import { prepareInsert } from './insert-rows.ts';
import { NO_LANE, type Lanes } from './lanes.ts';
import type { Leases } from './leases.ts';
import type { Nodes } from './nodes.ts';
import type { Verbs } from './protocol.ts';

export function enqueueVerb(
  database: DatabaseSync,
  nodes: Nodes,
  lanes: Lanes,
  leases: Leases,
  index: DeliveryIndex,
): Pick<Verbs, 'enqueue'> {
  const insert = prepareInsert(
    database,
    'delivery',
    `id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner, holder, due_at, expires_at,
       enqueued_at, work, attempt_count`,
    '(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)',
  );

  return {
    enqueue(moment, entries, node, credit) {
      const { now } = moment;
      const owner = nodes.ownerNumber(moment, node);
      nodes.releaseSilent(moment);
      // What may still be leased for each lane. A lane with older work gets nothing: that work goes first.
      const left = new Map<string, { readonly number: number; room: number }>();
      const laneOf = (name: string) => {
        let lane = left.get(name);
        if (lane === undefined) {
          const number = lanes.laneNumber(name);
          const room = owner === NOBODY || lanes.hasWork(number, now) ? 0 : Math.floor(credit.get(name) ?? 0);
          left.set(name, (lane = { number, room }));
        }
        return lane;
      };

      const ids: string[] = [];
      for (let at = 0; at < entries.length; at += ENTRY_WIDTH) ids.push(entries[at] as string);
      const known = index.known(ids);
      const added: IndexedRow[] = [];
      /** Positions in `added`. */
      const leased: number[] = [];
      const rows: Flat = [];
      let letters = '';
      let day = '';
      let instanceId = '';
      let name = NEVER_STARTS;
      for (let at = 0; at < entries.length; at += ENTRY_WIDTH) {
        const entry = entries.slice(at, at + ENTRY_WIDTH) as PackedEntry;
        const [id, , , contactId, messageId, registrationId, , expiresInMs, text] = entry;
        day = entry[1] ?? day;
        instanceId = entry[2] ?? instanceId;
        name = entry[6] ?? name;
        if (known[at / ENTRY_WIDTH]) {
          letters += LETTER.known;
          continue;
        }
        const position = added.push({ id, instanceId, contactId }) - 1;
        rows.push(id, day, instanceId, contactId, messageId, registrationId);
        if (name === NEVER_STARTS) {
          rows.push(NO_LANE, 'skipped', text, NOBODY, null, null, null, now, null);
          letters += LETTER.skipped;
          continue;
        }
        const lane = laneOf(name);
        const isLeased = lane.room > 0;
        const lease = isLeased ? ([owner, null] as const) : ([NOBODY, NOBODY] as const);
        rows.push(lane.number, 'queued', null, ...lease, now, now + expiresInMs, now, text);
        letters += isLeased ? LETTER.leased : LETTER.queued;
        if (!isLeased) continue;
        lane.room -= 1;
        leased.push(position);
      }
      if (added.length === 0) return letters;
      const first = insert(rows) - added.length + 1;
      index.add(added, first);
      for (const position of leased) index.remember(added[position]!.id, first + position);
      if (leased.length > 0) leases.add(owner, first + leased[0]!, first + leased.at(-1)!);
      return letters;
    },
  };
}
