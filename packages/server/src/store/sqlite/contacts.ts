// Contact documents and the claims of ClientTokens, written together or not at all.
import type { DatabaseSync } from 'node:sqlite';
import { locatorIn, locatorOf } from '../registration-id.ts';
import type { Claims } from './claims.ts';
import type { Flat, PackedChange } from './flat.ts';
import type { HashedIndex, IndexDefinition } from './hashed-index.ts';
import type { Moment, Verbs } from './protocol.ts';
import { hexHash } from './row-hash.ts';
import type { Contact } from '../store.ts';

/** Finds the contact of a registration. */
export const BY_LOCATOR: IndexDefinition = {
  name: 'contact_locator',
  table: 'contact',
  columns: ['contact_id'],
  hashOf: (contactId) => hexHash(locatorOf(contactId)),
  deletes: 'in any order',
  headStart: 500,
};

export function contactVerbs(
  database: DatabaseSync,
  claims: Pick<Claims, 'find' | 'prepare'>,
  byLocator: Pick<HashedIndex, 'add' | 'candidates'>,
): Pick<Verbs, 'contacts' | 'claimed' | 'commit' | 'registered' | 'ended' | 'registrations'> {
  const readContact = database.prepare(
    'select version, body from contact where instance_id = ? and contact_id = ?',
  );
  readContact.setReturnArrays(true);
  // Both write nothing if another version is stored.
  const insertContact = database.prepare(
    `insert into contact (body, review_at, remove_at, instance_id, contact_id, version)
     values (?, ?, ?, ?, ?, 1) on conflict do nothing`,
  );
  const updateContact = database.prepare(
    `update contact set body = ?, review_at = ?, remove_at = ?, version = version + 1
     where instance_id = ? and contact_id = ? and version = ?`,
  );
  const readLocated = database.prepare(
    `select instance_id as instanceId, contact_id as contactId, version, body from contact where seq = ? and instance_id = ?`,
  );
  const readDue = database.prepare(
    `select instance_id as instanceId, contact_id as contactId, version, body
     from contact where review_at <= ? order by review_at limit ?`,
  );
  const addRegistrations = database.prepare(
    `insert into instance_registrations (instance_id, count) values (?, ?)
     on conflict (instance_id) do update set count = count + excluded.count`,
  );
  const readRegistrations = database.prepare(
    'select count from instance_registrations where instance_id = ?',
  );

  function storeContact({ now }: Moment, change: PackedChange): boolean {
    const [instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained] = change;
    const state = [body, after(now, reviewInMs), after(now, keepForMs), instanceId, contactId] as const;
    const { changes, lastInsertRowid } =
      version === 0 ? insertContact.run(...state) : updateContact.run(...state, version);
    if (changes === 0) return false;
    if (version === 0) byLocator.add([BY_LOCATOR.hashOf(contactId)], Number(lastInsertRowid));
    if (registrationsGained !== 0) addRegistrations.run(instanceId, registrationsGained);
    return true;
  }

  return {
    contacts(_, keys) {
      const flat: Flat = [];
      for (let at = 0; at < keys.length; at += 2) {
        const row = readContact.get(keys[at]!, keys[at + 1]!) as [number, string] | undefined;
        flat.push(row?.[0] ?? null, row?.[1] ?? null);
      }
      return flat;
    },
    claimed: (moment, instanceId, operation, token) => claims.find(moment, instanceId, operation, token),
    commit(moment, contact, claim) {
      const addClaim = claim === null ? () => {} : claims.prepare(moment, claim);
      if (addClaim === undefined) return 'token-taken';
      if (contact !== null && !storeContact(moment, contact)) return 'contact-changed';
      addClaim();
      return 'committed';
    },
    registered(_, instanceId, registrationId) {
      const locator = locatorIn(registrationId);
      if (locator === undefined) return undefined;
      for (const seq of byLocator.candidates([hexHash(locator)])) {
        const contact = readLocated.get(seq, instanceId) as unknown as Contact | undefined;
        if (contact !== undefined && locatorOf(contact.contactId) === locator) return contact;
      }
      return undefined;
    },
    ended: ({ now }, limit) => readDue.all(now, limit) as unknown as Contact[],
    registrations: (_, instanceId) => (readRegistrations.get(instanceId)?.['count'] ?? 0) as number,
  };
}

const after = (now: number, inMs: number | null) => (inMs === null ? null : now + Math.round(inMs));
