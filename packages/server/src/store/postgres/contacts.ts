// Contact documents and the claims of ClientTokens, written by one statement: together or not at all.
import { locatorIn, locatorKey, locatorOf } from '../registration-id.ts';
import { RETENTION, type Claim, type Contact, type ContactChange, type Store } from '../store.ts';
import type { Database, WarmUp } from './database.ts';
import { sqlState, UNIQUE_VIOLATION } from './faults.ts';

/** Rows that count the registrations of one instance: about as many as connections commit at once. */
const REGISTRATION_SLOTS = 64;

const CONTACT = `instance_id as "instanceId", contact_id as "contactId", version, body`;

const READ_CONTACTS = {
  name: 'contacts',
  isQuick: true,
  text: `select place::int, version, body
    from unnest($1::text[], $2::text[]) with ordinality as wanted (instance_id, contact_id, place)
    join chatpush.contact using (instance_id, contact_id)`,
};

/** Reads nothing. */
export const CONTACTS_WARM_UP: WarmUp = { statement: READ_CONTACTS, values: [[], []] };

const READ_REGISTERED = {
  name: 'registered',
  text: `select ${CONTACT} from chatpush.contact where locator = $1 and instance_id = $2`,
};

const READ_ENDED = {
  name: 'ended',
  text: `select ${CONTACT} from chatpush.contact where review_at <= chatpush.now_ms() order by review_at limit $1`,
};

const READ_CLAIM = {
  name: 'claimed',
  isQuick: true,
  text: `select fingerprint, answer from chatpush.claim
    where instance_id = $1 and operation = $2 and token = $3 and expires_at > chatpush.now_ms()`,
};

const DROP_EXPIRED_CLAIM = {
  name: 'drop-expired-claim',
  text: `delete from chatpush.claim where instance_id = $1 and operation = $2 and token = $3 and expires_at <= chatpush.now_ms()
    returning 1`,
};

const READ_REGISTRATIONS = {
  name: 'registrations',
  text: `select coalesce(sum(count), 0)::float8 as count from chatpush.instance_registrations where instance_id = $1`,
};

// Parameters 1–8 are the contact's, followed by the claim's. The row in `written` makes the registrations be
// counted and the claim be inserted; if the token is taken, the unique violation undoes the whole statement.
const INSERT_CONTACT = `insert into chatpush.contact (instance_id, contact_id, version, body, review_at, remove_at, locator)
  values ($1, $2, $3::bigint + 1, $4, chatpush.now_ms() + $5::bigint, chatpush.now_ms() + $6::bigint, $8)
  on conflict do nothing returning 1`;
const UPDATE_CONTACT = `update chatpush.contact
  set version = version + 1, body = $4, review_at = chatpush.now_ms() + $5::bigint, remove_at = chatpush.now_ms() + $6::bigint, locator = $8
  where instance_id = $1 and contact_id = $2 and version = $3 returning 1`;
const INSERT_CLAIM = `insert into chatpush.claim (instance_id, operation, token, fingerprint, answer, expires_at)`;
const counted = (writing: string) => `with written as (${writing}), counted as (
    insert into chatpush.instance_registrations (instance_id, slot, count)
    select $1, pg_backend_pid() % ${REGISTRATION_SLOTS}, $7::bigint from written where $7::bigint <> 0
    on conflict (instance_id, slot) do update set count = instance_registrations.count + excluded.count
  )`;
const withoutClaim = (writing: string) => `${counted(writing)} select 1 from written`;
const withClaim = (writing: string) => `${counted(writing)}
  ${INSERT_CLAIM} select $9, $10, $11, $12, $13, chatpush.now_ms() + ${RETENTION.claimMs} from written returning 1`;

const COMMIT = {
  newContact: { name: 'commit-new', text: withoutClaim(INSERT_CONTACT) },
  contact: { name: 'commit', text: withoutClaim(UPDATE_CONTACT) },
  newContactAndClaim: { name: 'commit-new-claim', text: withClaim(INSERT_CONTACT) },
  contactAndClaim: { name: 'commit-claim', text: withClaim(UPDATE_CONTACT) },
  claim: {
    name: 'claim-token',
    text: `${INSERT_CLAIM} values ($1, $2, $3, $4, $5, chatpush.now_ms() + ${RETENTION.claimMs}) returning 1`,
  },
};

export function contactVerbs(
  database: Database,
): Pick<Store, 'contacts' | 'claimed' | 'commit' | 'registered' | 'ended' | 'registrations'> {
  const claimed: Store['claimed'] = async (instanceId, operation, token) => {
    const [row] = await database.query<Pick<Claim, 'fingerprint' | 'answer'>>(READ_CLAIM, [
      instanceId,
      operation,
      token,
    ]);
    return row === undefined ? undefined : { instanceId, operation, token, ...row };
  };

  const commit: Store['commit'] = async ({ contact, claim }) => {
    const [statement, values] = statementFor(contact, claim);
    if (statement === undefined) return 'committed';
    try {
      const written = await database.query(statement, values);
      if (written.length > 0) return 'committed';
    } catch (error) {
      if (sqlState(error) !== UNIQUE_VIOLATION || claim === undefined) throw error;
      // An expired claim holds its token until it is swept, or until now.
      const dropped = await database.query(DROP_EXPIRED_CLAIM, keyOf(claim));
      return dropped.length > 0 ? commit({ contact, claim }) : 'token-taken';
    }
    const taken = claim !== undefined && (await claimed(claim.instanceId, claim.operation, claim.token));
    return taken ? 'token-taken' : 'contact-changed';
  };

  return {
    async contacts(keys) {
      if (keys.length === 0) return [];
      const rows = await database.query<{ place: number; version: number; body: string }>(READ_CONTACTS, [
        keys.map(({ instanceId }) => instanceId),
        keys.map(({ contactId }) => contactId),
      ]);
      const found: (Contact | undefined)[] = Array.from({ length: keys.length });
      for (const { place, version, body } of rows) {
        const key = keys[place - 1];
        if (key === undefined) continue;
        found[place - 1] = { instanceId: key.instanceId, contactId: key.contactId, version, body };
      }
      return found;
    },
    claimed,
    commit,
    async registered(instanceId, registrationId) {
      const locator = locatorIn(registrationId);
      if (locator === undefined) return undefined;
      const rows = await database.query<Contact>(READ_REGISTERED, [locatorKey(locator), instanceId]);
      return rows.find(({ contactId }) => locatorOf(contactId) === locator);
    },
    ended: (limit) => database.query<Contact>(READ_ENDED, [limit]),
    async registrations(instanceId) {
      const [row] = await database.query<{ count: number }>(READ_REGISTRATIONS, [instanceId]);
      return row?.count ?? 0;
    },
  };
}

function statementFor(contact: ContactChange | undefined, claim: Claim | undefined) {
  const claimValues = claim === undefined ? [] : [...keyOf(claim), claim.fingerprint, claim.answer];
  if (contact === undefined)
    return claim === undefined ? ([undefined, []] as const) : ([COMMIT.claim, claimValues] as const);
  const { instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained = 0 } = contact;
  const times = [whole(reviewInMs), whole(keepForMs)];
  const values = [
    instanceId,
    contactId,
    version,
    body,
    ...times,
    registrationsGained,
    locatorKey(locatorOf(contactId)),
    ...claimValues,
  ];
  if (claim === undefined) return [version === 0 ? COMMIT.newContact : COMMIT.contact, values] as const;
  return [version === 0 ? COMMIT.newContactAndClaim : COMMIT.contactAndClaim, values] as const;
}

const keyOf = ({ instanceId, operation, token }: Claim) => [instanceId, operation, token];

/** Null plus a time is null, which means never. */
const whole = (inMs: number | undefined) => (inMs === undefined ? null : Math.round(inMs));
