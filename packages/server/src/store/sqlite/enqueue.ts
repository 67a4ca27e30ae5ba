// Enqueue: new deliveries become rows, and as many as their node may send at once are leased to it.
import type { DatabaseSync } from 'node:sqlite';
import { LETTER } from '../enqueue-states.ts';
import { NOBODY } from '../settle-rule.ts';
import type { DeliveryIndex, IndexedRow } from './delivery-index.ts';
import { ENTRY_WIDTH } from './flat.ts';
import type { PackedEntry } from './flat.ts';
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
  const insert = database.prepare(
    `insert into delivery (id, day, instance_id, contact_id, message_id, registration_id, lane, status, reason, owner,
       holder, due_at, expires_at, enqueued_at, attempt_count, work)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)`,
  );

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

      const ids: string[] = [];
      for (let at = 0; at < entries.length; at += ENTRY_WIDTH) ids.push(entries[at] as string);
      const known = index.known(ids);
      const added: IndexedRow[] = [];
      let firstAdded = 0;
      let firstLeased = 0;
      let lastLeased = 0;
      let letters = '';
      for (let at = 0; at < entries.length; at += ENTRY_WIDTH) {
        const [id, day, instanceId, contactId, messageId, registrationId, name, expiresInMs, text] =
          entries.slice(at, at + ENTRY_WIDTH) as PackedEntry;
        if (known.has(id)) {
          letters += LETTER.known;
          continue;
        }
        known.add(id);
        added.push({ id, instanceId, contactId });
        const add = (...state: (string | number | null)[]): number => {
          const key = [id, day, instanceId, contactId, messageId, registrationId] as const;
          const seq = Number(insert.run(...key, ...state).lastInsertRowid);
          firstAdded ||= seq;
          return seq;
        };
        if (name === null) {
          add(NO_LANE, 'skipped', text, NOBODY, null, null, null, now, null);
          letters += LETTER.skipped;
          continue;
        }
        const { lane, room } = laneOf(name);
        const times = [now, now + expiresInMs, now] as const;
        if (room <= 0) {
          add(lane, 'queued', null, NOBODY, NOBODY, ...times, text);
          letters += LETTER.queued;
          continue;
        }
        laneOf(name).room -= 1;
        lastLeased = add(lane, 'queued', null, owner, null, ...times, text);
        firstLeased ||= lastLeased;
        index.remember(id, lastLeased);
        letters += LETTER.leased;
      }
      if (firstLeased > 0) leases.add(owner, firstLeased, lastLeased);
      if (firstAdded > 0) index.add(added, firstAdded);
      return letters;
    },
  };
}
