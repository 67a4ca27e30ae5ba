// Contact documents and the claims of ClientTokens, which are written together or not at all.
import type { DatabaseSync } from 'node:sqlite';
import { RETENTION } from '../store.ts';
import type { Moment, Verbs } from './protocol.ts';
import type { Claim, Contact, ContactChange } from '../store.ts';

export function contactVerbs(
  database: DatabaseSync,
): Pick<Verbs, 'contacts' | 'claimed' | 'commit' | 'ended'> {
  const readContact = database.prepare(
    `select instance_id as instanceId, contact_id as contactId, version, body
     from contact where instance_id = ? and contact_id = ?`,
  );
  const writeContact = database.prepare(
    `insert into contact (instance_id, contact_id, version, body, review_at, remove_at) values (?, ?, ?, ?, ?, ?)
     on conflict (instance_id, contact_id) do update set
       version = excluded.version, body = excluded.body, review_at = excluded.review_at, remove_at = excluded.remove_at`,
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

  const contact = (instanceId: string, contactId: string) =>
    readContact.get(instanceId, contactId) as Contact | undefined;
  const claimed = ({ now }: Moment, instanceId: string, operation: string, token: string) =>
    readClaim.get(instanceId, operation, token, now) as Claim | undefined;

  function storeContact({ now }: Moment, change: ContactChange): void {
    const { instanceId, contactId, version, body, reviewInMs, keepForMs } = change;
    writeContact.run(instanceId, contactId, version + 1, body, after(now, reviewInMs), after(now, keepForMs));
  }

  return {
    contacts: (_, keys) => keys.map((key) => contact(key.instanceId, key.contactId)),
    claimed,
    commit(moment, change) {
      const { claim } = change;
      // Nothing else runs between these reads and the writes: the group is one transaction of one connection.
      if (claim !== undefined && claimed(moment, claim.instanceId, claim.operation, claim.token)) {
        return 'token-taken';
      }
      if (change.contact !== undefined) {
        const stored = contact(change.contact.instanceId, change.contact.contactId);
        if ((stored?.version ?? 0) !== change.contact.version) return 'contact-changed';
        storeContact(moment, change.contact);
      }
      if (claim !== undefined) {
        const { instanceId, operation, token, fingerprint, answer } = claim;
        writeClaim.run(instanceId, operation, token, fingerprint, answer, moment.now + RETENTION.claimMs);
      }
      return 'committed';
    },
    ended: ({ now }, limit) => readDue.all(now, limit) as unknown as Contact[],
  };
}

const after = (now: number, inMs: number | undefined) => (inMs === undefined ? null : now + Math.round(inMs));
