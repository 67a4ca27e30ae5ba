// The tables, as the steps that created them. A released step is never changed: add a new one below it.
//
// Times are milliseconds since the epoch. All large tables keep their rowid, so rows are appended in the order of arrival.
// What would be written at random places is in the indexes by hash (hashed-index.ts); only contacts have an index of texts.
import { BY_TOKEN } from './claims.ts';
import { BY_LOCATOR } from './contacts.ts';
import { BY_CONTACT, BY_ID } from './delivery-index.ts';
import { createIndexTables } from './hashed-index.ts';

/** Step n takes a database from schema n − 1 to schema n; `PRAGMA user_version` holds the current one. */
export const MIGRATIONS: readonly string[] = [
  `
  create table contact (
    instance_id text not null,
    contact_id text not null,
    version integer not null,
    body text not null,
    review_at integer,
    remove_at integer,
    unique (instance_id, contact_id)
  ) strict;
  create index contact_review on contact (review_at) where review_at is not null;
  create index contact_remove on contact (remove_at) where remove_at is not null;

  create table claim (
    instance_id text not null,
    operation text not null,
    token text not null,
    fingerprint text not null,
    answer text not null,
    expires_at integer not null,
    unique (instance_id, operation, token)
  ) strict;
  create index claim_expiry on claim (expires_at);

  create table lane (
    number integer primary key,
    name text not null unique
  ) strict;

  -- Queue and delivery log in one row. owner is 0 while nobody holds the lease; work is erased when the delivery ends.
  create table delivery (
    seq integer primary key autoincrement,
    id text not null unique,
    day text not null,
    instance_id text not null,
    contact_id text not null,
    message_id text not null,
    registration_id text,
    lane integer not null,
    status text not null,
    reason text,
    owner integer not null,
    due_at integer,
    expires_at integer,
    enqueued_at integer not null,
    attempts text,
    attempt_count integer not null,
    work text
  ) strict;
  create index delivery_open on delivery (owner, lane, due_at) where status = 'queued';
  create index delivery_log on delivery (instance_id, contact_id);
  create index delivery_day on delivery (day);

  create table setting (
    kind text not null,
    id text not null,
    version integer not null,
    body text not null,
    primary key (kind, id)
  ) strict;
  `,
  `
  -- How many registrations each instance has, counted by the commits themselves. Only a registration has a device token, and a
  -- quote within a text is escaped, so the member's name is found nowhere else.
  create table instance_registrations (
    instance_id text primary key,
    count integer not null
  ) strict;
  insert into instance_registrations
    select instance_id, sum(length(body) - length(replace(body, '"deviceToken":', ''))) / length('"deviceToken":')
    from contact group by instance_id;
  `,
  `
  -- The deliveries of an instance by the minute and page by page. Each row is in one of the first two: no settlement writes
  -- them, for none changes a lane. The third has only what went wrong, said by a column that stays null for all others: to ask
  -- for three statuses in its place cost every settlement 6 µs.
  alter table delivery add column is_undelivered integer;
  update delivery set is_undelivered = 1 where status in ('rejected', 'expired', 'withdrawn');
  create index delivery_started on delivery (instance_id, enqueued_at) where lane > 0;
  create index delivery_skipped on delivery (instance_id, enqueued_at) where lane = 0;
  create index delivery_undelivered on delivery (instance_id, enqueued_at) where is_undelivered is not null;
  `,
  `
  -- A delivery that is leased on arrival and then ends is never in delivery_open: writing and erasing its entry took a fifth of
  -- the thread's time. holder is null for it, 0 while a delivery waits for a claim, and a node's number after one.
  alter table delivery add column holder integer;
  update delivery set holder = owner where status = 'queued';
  drop index delivery_open;
  create index delivery_open on delivery (holder, lane, due_at) where holder is not null;

  -- What was leased on arrival, as ranges of rows: this is how it is found when its node falls silent.
  create table lease (
    first_seq integer primary key,
    last_seq integer not null,
    owner integer not null
  ) strict;
  `,
  `
  -- A contact is found by any of its registration ids (store/registration-id.ts). The index is written only when a contact is new.
  alter table contact add column locator integer;
  update contact set locator = locator_key(contact_id);
  create index contact_locator on contact (locator);
  `,
  `
  -- Deliveries are now found by id and by contact through hashed-index.ts. The unique index on id and the index of the contact's log
  -- cost two pages at random places for each row. SQLite cannot drop the index of a constraint, so the table is rebuilt. Its columns
  -- keep their order, so that SQLite copies rows without decoding them (https://sqlite.org/src/file/src/insert.c,
  -- xferOptimization), and the numbering continues.
  create table delivery_copy (
    seq integer primary key autoincrement,
    id text not null,
    day text not null,
    instance_id text not null,
    contact_id text not null,
    message_id text not null,
    registration_id text,
    lane integer not null,
    status text not null,
    reason text,
    owner integer not null,
    due_at integer,
    expires_at integer,
    enqueued_at integer not null,
    attempts text,
    attempt_count integer not null,
    work text,
    is_undelivered integer,
    holder integer
  ) strict;
  insert into delivery_copy select * from delivery;
  delete from sqlite_sequence where name = 'delivery_copy';
  insert into sqlite_sequence (name, seq) select 'delivery_copy', seq from sqlite_sequence where name = 'delivery';
  drop table delivery;
  alter table delivery_copy rename to delivery;
  create index delivery_open on delivery (holder, lane, due_at) where holder is not null;
  create index delivery_day on delivery (day);
  create index delivery_started on delivery (instance_id, enqueued_at) where lane > 0;
  create index delivery_skipped on delivery (instance_id, enqueued_at) where lane = 0;
  create index delivery_undelivered on delivery (instance_id, enqueued_at) where is_undelivered is not null;

  -- mergeMany adds the entries of existing rows when the database is opened.
  ${createIndexTables(BY_ID)}
  ${createIndexTables(BY_CONTACT)}
  `,
  `
  -- Claims are now found by a hash. The unique index on their texts took a sixth of the thread's time for each registration. SQLite
  -- cannot drop the index of a constraint, so the table is rebuilt.
  create table claim_copy (
    instance_id text not null,
    operation text not null,
    token text not null,
    fingerprint text not null,
    answer text not null,
    expires_at integer not null,
    hash integer not null
  ) strict;
  insert into claim_copy
    select instance_id, operation, token, fingerprint, answer, expires_at, claim_hash(instance_id, operation, token) from claim;
  drop table claim;
  alter table claim_copy rename to claim;
  create index claim_hash on claim (hash);
  create index claim_expiry on claim (expires_at);
  `,
  `
  -- Contacts are now found by registration id, and claims by token, through hashed-index.ts. Their indexes cost each registration
  -- two pages at random places. The tables get a key of their own, because VACUUM may renumber rows that have none.
  create table contact_copy (
    seq integer primary key autoincrement,
    instance_id text not null,
    contact_id text not null,
    version integer not null,
    body text not null,
    review_at integer,
    remove_at integer
  ) strict;
  insert into contact_copy
    select rowid, instance_id, contact_id, version, body, review_at, remove_at from contact order by rowid;
  drop table contact;
  alter table contact_copy rename to contact;
  create unique index contact_key on contact (instance_id, contact_id);
  create index contact_review on contact (review_at) where review_at is not null;
  create index contact_remove on contact (remove_at) where remove_at is not null;

  create table claim_copy (
    seq integer primary key autoincrement,
    instance_id text not null,
    operation text not null,
    token text not null,
    fingerprint text not null,
    answer text not null,
    expires_at integer not null
  ) strict;
  insert into claim_copy
    select rowid, instance_id, operation, token, fingerprint, answer, expires_at from claim order by rowid;
  drop table claim;
  alter table claim_copy rename to claim;
  create index claim_expiry on claim (expires_at);

  -- mergeMany adds the entries of existing rows when the database is opened.
  ${createIndexTables(BY_LOCATOR)}
  ${createIndexTables(BY_TOKEN)}
  `,
];
