// Contact documents and the claims of ClientTokens, written together or not at all.
import type { DatabaseSync } from 'node:sqlite';
import { locatorIn, locatorKey, locatorOf } from '../registration-id.ts';
import { RETENTION } from '../store.ts';
import type { Flat } from './flat.ts';
import type { Moment, Verbs } from './protocol.ts';
import type { Claim, Contact, ContactChange } from '../store.ts';

export function contactVerbs(
  database: DatabaseSync,
): Pick<Verbs, 'contacts' | 'claimed' | 'commit' | 'registered' | 'ended' | 'registrations'> {
  const readContact = database.prepare(
    'select version, body from contact where instance_id = ? and contact_id = ?',
  );
  readContact.setReturnArrays(true);
  const readVersion = database.prepare(
    'select version from contact where instance_id = ? and contact_id = ?',
  );
  const writeContact = database.prepare(
    `insert into contact (instance_id, contact_id, version, body, review_at, remove_at, locator) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (instance_id, contact_id) do update set
       version = excluded.version, body = excluded.body, review_at = excluded.review_at, remove_at = excluded.remove_at`,
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
     from claim where instance_id = ? and operation = ? and token = ? and expires_at > ?`,
  );
  const writeClaim = database.prepare(
    `insert into claim (instance_id, operation, token, fingerprint, answer, expires_at) values (?, ?, ?, ?, ?, ?)
     on conflict (instance_id, operation, token) do update set
       fingerprint = excluded.fingerprint, answer = excluded.answer, expires_at = excluded.expires_at`,
  );

  const addRegistrations = database.prepare(
    `insert into instance_registrations (instance_id, count) values (?, ?)
     on conflict (instance_id) do update set count = count + excluded.count`,
  );
  const readRegistrations = database.prepare(
    'select count from instance_registrations where instance_id = ?',
  );

  const versionOf = (instanceId: string, contactId: string) =>
    (readVersion.get(instanceId, contactId)?.['version'] ?? 0) as number;
  const claimed = ({ now }: Moment, instanceId: string, operation: string, token: string) =>
    readClaim.get(instanceId, operation, token, now) as Claim | undefined;

  function storeContact({ now }: Moment, change: ContactChange): void {
    const { instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained = 0 } = change;
    const times = [after(now, reviewInMs), after(now, keepForMs)] as const;
    const locator = locatorKey(locatorOf(contactId));
    writeContact.run(instanceId, contactId, version + 1, body, ...times, locator);
    if (registrationsGained !== 0) addRegistrations.run(instanceId, registrationsGained);
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
    claimed,
    commit(moment, change) {
      const { claim } = change;
      // Nothing else runs between these reads and the writes: the group is one transaction on one connection.
      if (claim !== undefined && claimed(moment, claim.instanceId, claim.operation, claim.token)) {
        return 'token-taken';
      }
      if (change.contact !== undefined) {
        const { instanceId, contactId, version } = change.contact;
        if (versionOf(instanceId, contactId) !== version) return 'contact-changed';
        storeContact(moment, change.contact);
      }
      if (claim !== undefined) {
        const { instanceId, operation, token, fingerprint, answer } = claim;
        writeClaim.run(instanceId, operation, token, fingerprint, answer, moment.now + RETENTION.claimMs);
      }
      return 'committed';
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

const after = (now: number, inMs: number | undefined) => (inMs === undefined ? null : now + Math.round(inMs));
