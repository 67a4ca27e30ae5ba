// The tables, as the steps that created them. A released step is never changed: add a new one below it.
//
// Times are milliseconds since the epoch by the database's clock; text is compared byte by byte, as in SQLite.

/** Step n takes a schema from version n − 1 to version n; the table `schema_version` holds the current one. */
export const MIGRATIONS: readonly string[] = [
  `
  -- The one clock: all nodes measure leases, due times and expiry by it. Stable, so that an index answers "due by now".
  create function now_ms() returns bigint language sql stable as
    $$ select (extract(epoch from statement_timestamp()) * 1000)::bigint $$;

  create table contact (
    instance_id text collate "C" not null,
    contact_id text collate "C" not null,
    version bigint not null,
    body text not null,
    review_at bigint,
    remove_at bigint,
    primary key (instance_id, contact_id)
  );
  create index contact_review on contact (review_at) where review_at is not null;
  create index contact_remove on contact (remove_at) where remove_at is not null;

  create table claim (
    instance_id text collate "C" not null,
    operation text collate "C" not null,
    token text collate "C" not null,
    fingerprint text not null,
    answer text not null,
    expires_at bigint not null,
    primary key (instance_id, operation, token)
  );
  create index claim_expiry on claim (expires_at);

  create table lane (
    number integer primary key generated always as identity,
    name text collate "C" not null unique
  );

  -- A node that is gone keeps its row for a while, so that its next beat learns of it.
  create table node (
    number integer primary key generated always as identity,
    name text collate "C" not null unique,
    silent_at bigint not null,
    gone boolean not null default false
  );

  -- Which deliveries are known, whatever their day: an event that comes without a time of its own gets the day of its
  -- arrival, so its repeat after midnight has another day. A unique key of the partitioned table would have to contain it.
  create table delivery_key (
    id text collate "C" primary key,
    day text collate "C" not null
  );
  create index delivery_key_day on delivery_key (day);

  -- Queue and delivery log in one row, one partition per day of the event, dropped as a whole.
  -- owner is 0 while nobody holds the lease; work is erased when the delivery ends.
  create sequence delivery_seq;
  create table delivery (
    id text collate "C" not null,
    day text collate "C" not null,
    seq bigint not null default nextval('delivery_seq'),
    instance_id text collate "C" not null,
    contact_id text collate "C" not null,
    message_id text not null,
    registration_id text,
    lane integer not null,
    status text not null,
    reason text,
    owner integer not null,
    due_at bigint,
    expires_at bigint,
    enqueued_at bigint not null,
    attempts text,
    attempt_count integer not null default 0,
    work text,
    primary key (id, day)
  ) partition by list (day);
  create index delivery_open on delivery (owner, lane, due_at, seq) where status = 'queued';
  create index delivery_log on delivery (instance_id, contact_id, seq);

  create table setting (
    kind text collate "C" not null,
    id text collate "C" not null,
    version bigint not null,
    body text not null,
    primary key (kind, id)
  );
  `,
  `
  -- PostgreSQL writes every index of a row again when an update changes a column of any of them, and none otherwise (HOT). So
  -- nothing that the usual delivery changes is in an index: holder is null for what was leased as it came in and for what has
  -- ended, 0 while a delivery waits for a claim, and a node's number after one.
  alter table delivery add column holder integer;
  update delivery set holder = owner where status = 'queued';
  drop index delivery_open;
  create index delivery_open on delivery (holder, lane, due_at, seq) where holder is not null;

  -- What was leased as it came in, by batch and day: this is how it is found when its node falls silent.
  create table lease (
    name text collate "C" not null,
    day text collate "C" not null,
    owner integer not null,
    ids text[] not null,
    primary key (name, day)
  );
  create index lease_owner on lease (owner);
  -- Random digits do not get smaller.
  alter table lease alter column ids set storage external;

  -- Keys come in by days, so the range of each block says enough.
  drop index delivery_key_day;
  create index delivery_key_day on delivery_key using brin (day);
  `,
  `
  -- How many registrations each instance has, counted by the commits themselves: the sum of its rows. Each connection of the server
  -- adds to a row of its own, so that commits do not wait for each other. Only a registration has a device token, and a
  -- quote within a text is escaped, so the member's name is found nowhere else.
  create table instance_registrations (
    instance_id text collate "C" not null,
    slot integer not null,
    count bigint not null,
    primary key (instance_id, slot)
  ) with (fillfactor = 50);
  insert into instance_registrations
    select instance_id, 0, sum(length(body) - length(replace(body, '"deviceToken":', ''))) / length('"deviceToken":')
    from contact group by instance_id;
  `,
  `
  -- The deliveries of an instance by the minute and page by page. Each row is in one of the first two: no settlement writes
  -- them, for none changes a lane. The third has only what went wrong; a condition on the status would make every
  -- settlement write all indexes, so a column says it that stays null for all others.
  alter table delivery add column is_undelivered boolean;
  update delivery set is_undelivered = true where status in ('rejected', 'expired', 'withdrawn');
  create index delivery_started on delivery (instance_id, enqueued_at, seq) where lane > 0;
  create index delivery_skipped on delivery (instance_id, enqueued_at, seq) where lane = 0;
  create index delivery_undelivered on delivery (instance_id, enqueued_at, seq) where is_undelivered;
  `,
  `
  -- A contact is found by any of its registration ids: its locator is the first 52 bits of a hash (store/registration-id.ts). The
  -- length counts UTF-16 units. The index is written only when a contact is new.
  alter table contact add column locator bigint;
  update contact set locator = ('x' || substr(encode(sha256(convert_to(
    char_length(regexp_replace(contact_id, '[\\U00010000-\\U0010ffff]', '  ', 'g')) || ':' || contact_id, 'UTF8')), 'hex'), 1, 13))::bit(52)::bigint;
  create index contact_locator on contact (locator);

  -- What operators see of a node: when its name was new, when it last sent a heartbeat, and its description of itself.
  alter table node add column since bigint, add column beat_at bigint, add column about text;
  `,
  `
  -- Random entries in large indexes cost most of what a push writes: each touches another page, which is written as a whole after
  -- every checkpoint. A delivery is now found by its number, which only grows, and the number by the id in delivery_key. The
  -- log of a contact is found by a hash of it: two numbers instead of two texts and one.
  --
  -- Partitions that exist keep their old indexes and get none ("only"): building them would stop all nodes, and those of an
  -- older version need the old ones. They leave seq empty, too. Statements name the id and the number of a delivery, so that each
  -- partition can use the index it has.
  alter table delivery_key add column seq bigint;
  do $$
  declare
    names text[];
    bounds text[];
  begin
    select array_agg(pg_class.oid::regclass::text), array_agg(pg_get_expr(relpartbound, pg_class.oid)) into names, bounds
      from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'delivery'::regclass;
    for place in 1 .. coalesce(cardinality(names), 0) loop
      execute format('alter table delivery detach partition %s', names[place]);
    end loop;
    alter table delivery drop constraint delivery_pkey;
    drop index delivery_log;
    for place in 1 .. coalesce(cardinality(names), 0) loop
      execute format('alter table delivery attach partition %s %s', names[place], bounds[place]);
    end loop;
  end $$;
  -- Unique, so that the planner expects one row before a new partition has statistics: otherwise each settlement read it whole.
  create unique index delivery_place on only delivery (seq, day);
  create index delivery_log on only delivery (hashtextextended(contact_id, 0), seq);
  `,
];
