// Contact documents and the claims of ClientTokens, written together or not at all.
import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { locatorIn, locatorKey, locatorOf } from '../registration-id.ts';
import { RETENTION } from '../store.ts';
import type { Flat, PackedChange, PackedClaim } from './flat.ts';
import type { Moment, Verbs } from './protocol.ts';
import type { Claim, Contact } from '../store.ts';

export function contactVerbs(
  database: DatabaseSync,
): Pick<Verbs, 'contacts' | 'claimed' | 'commit' | 'registered' | 'ended' | 'registrations'> {
  const readContact = database.prepare(
    'select version, body from contact where instance_id = ? and contact_id = ?',
  );
  readContact.setReturnArrays(true);
  // Both write nothing if another version is stored.
  const insertContact = database.prepare(
    `insert into contact (body, review_at, remove_at, instance_id, contact_id, version, locator)
     values (?, ?, ?, ?, ?, 1, ?) on conflict do nothing`,
  );
  const updateContact = database.prepare(
    `update contact set body = ?, review_at = ?, remove_at = ?, version = version + 1
     where instance_id = ? and contact_id = ? and version = ?`,
  );
  const readLocated = database.prepare(
    `select instance_id as instanceId, contact_id as contactId, version, body from contact where locator = ? and instance_id = ?`,
  );
  const readDue = database.prepare(
    `select instance_id as instanceId, contact_id as contactId, version, body
     from contact where review_at <= ? order by review_at limit ?`,
  );
  const readClaim = database.prepare(
    `select instance_id as instanceId, operation, token, fingerprint, answer
     from claim where hash = ? and instance_id = ? and operation = ? and token = ? and expires_at > ?`,
  );
  const writeClaim = database.prepare(
    `insert into claim (hash, instance_id, operation, token, fingerprint, answer, expires_at)
     values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const removeClaim = database.prepare(
    'delete from claim where hash = ? and instance_id = ? and operation = ? and token = ?',
  );

  const addRegistrations = database.prepare(
    `insert into instance_registrations (instance_id, count) values (?, ?)
     on conflict (instance_id) do update set count = count + excluded.count`,
  );
  const readRegistrations = database.prepare(
    'select count from instance_registrations where instance_id = ?',
  );

  /** False: the token is taken. One that has expired and was not swept yet may stay beside the new one. */
  function storeClaim({ now }: Moment, at: number, claim: PackedClaim): boolean {
    const [instanceId, operation, token] = claim;
    if (readClaim.get(at, instanceId, operation, token, now) !== undefined) return false;
    writeClaim.run(at, ...claim, now + RETENTION.claimMs);
    return true;
  }

  function storeContact({ now }: Moment, change: PackedChange): boolean {
    const [instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained] = change;
    const state = [body, after(now, reviewInMs), after(now, keepForMs), instanceId, contactId] as const;
    const { changes } =
      version === 0
        ? insertContact.run(...state, locatorKey(locatorOf(contactId)))
        : updateContact.run(...state, version);
    if (changes === 0) return false;
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
    claimed: ({ now }, instanceId, operation, token) =>
      readClaim.get(claimHash(instanceId, operation, token), instanceId, operation, token, now) as
        | Claim
        | undefined,
    commit(moment, contact, claim) {
      const at = claim === null ? 0 : claimHash(claim[0], claim[1], claim[2]);
      if (claim !== null && !storeClaim(moment, at, claim)) return 'token-taken';
      if (contact === null || storeContact(moment, contact)) return 'committed';
      // The transaction goes on with the other calls of the group.
      if (claim !== null) removeClaim.run(at, claim[0], claim[1], claim[2]);
      return 'contact-changed';
    },
    registered(_, instanceId, registrationId) {
      const locator = locatorIn(registrationId);
      if (locator === undefined) return undefined;
      const rows = readLocated.all(locatorKey(locator), instanceId) as unknown as Contact[];
      return rows.find(({ contactId }) => locatorOf(contactId) === locator);
    },
    ended: ({ now }, limit) => readDue.all(now, limit) as unknown as Contact[],
    registrations: (_, instanceId) => (readRegistrations.get(instanceId)?.['count'] ?? 0) as number,
  };
}

/**
 * By which a claim is found: 52 bits, so two claims may share one. An index of the texts was six times as large, and a commit
 * changed that many more of its pages.
 */
export const claimHash = (instanceId: string, operation: string, token: string): number =>
  locatorKey(hash('sha256', `${instanceId.length}:${instanceId}${operation} ${token}`, 'hex'));

const after = (now: number, inMs: number | null) => (inMs === null ? null : now + Math.round(inMs));
