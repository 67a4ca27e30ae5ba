// The store on PostgreSQL (14 or newer): for several nodes, which share nothing else.
//
// Every verb is one statement or one short transaction. All times are the database's, so the clocks of nodes need
// not agree.
import { databaseUrls } from '../../addresses/database-url.ts';
import { systemClock } from '../../clock.ts';
import { limitVerbs, type Verbs } from '../limited-verbs.ts';
import type { Setting, SettingKind, Store } from '../store.ts';
import { SMALL_CALL } from '../waiting-limit.ts';
import { contactVerbs, CONTACTS_WARM_UP } from './contacts.ts';
import { createDatabase } from './database.ts';
import { deliveryLogVerb } from './delivery-log.ts';
import { everythingVerb } from './everything.ts';
import { enqueueVerb, ENQUEUE_WARM_UP } from './enqueue.ts';
import { createHosts, type Hosts } from './hosts.ts';
import { openHints } from './hints.ts';
import { instanceLogVerbs } from './instance-log.ts';
import { laneVerbs } from './lanes.ts';
import { createLeases } from './leases.ts';
import { nodeVerbs } from './nodes.ts';
import { openFirst } from './opening.ts';
import { migrate } from './schema.ts';
import { settingVerbs } from './settings.ts';
import { settleVerb } from './settle.ts';
import { createBulkGate } from './bulk-gate.ts';
import { createSockets } from './sockets.ts';
import { sweepVerb } from './sweep.ts';

export interface PostgresStoreOptions {
  /**
   * `postgres://user:password@host/database`, with the parameters of libpq such as `?sslmode=verify-full`, and with
   * several hosts (`a,b:5433`), of which the writable one is used.
   */
  readonly url: string;
  /** The schema of the tables; created if missing. Lower-case letters, digits and `_`. Default: `chatpush`. */
  readonly schema?: string;
  /** Maximum number, at least 2; one more listens for hints. Default: 10. */
  readonly connections?: number;
  /** Bypasses the pooler, for hints. Default: `url`, and no hints if a pooler is found there. */
  readonly direct?: string;
  /** Whether statements are prepared under names. Default: unless a pooler is found. */
  readonly prepared?: boolean;
  /** Called with one sentence for each thing that may lose accepted pushes. */
  readonly warn?: (sentence: string) => void;
}

/**
 * Connections reserved for the node's own work: heartbeat, claim, looking for work, settle. When these shared a
 * queue with calls, they waited behind a flood of them at a slow database: nodes lost their leases, and no accepted
 * delivery was sent.
 */
const OWN_CONNECTIONS = 2;

/**
 * Connections for calls of many rows, such as those of a flood. When they shared a queue with all others, a single
 * message waited 16 ms for a connection three times, and up to 50.
 */
const BULK_CONNECTIONS = 4;

/** The statements of every message. */
const WARM_UP = [CONTACTS_WARM_UP, ENQUEUE_WARM_UP];

/** How long `close` waits for running calls and for the server to close; then its connections are cut. */
const CLOSE_MS = 5_000;

/** For `doctor`: the warnings of a server that the store would work with, or a rejection with what is wrong. */
export async function examinePostgres(url: string): Promise<readonly string[]> {
  return (await openFirst(hostsOf(url), { sockets: createSockets() })).warnings;
}

/**
 * All settings of a kind, for commands that run beside the service; changes nothing. Empty if no service has used
 * the database yet.
 */
export async function readPostgresSettings(
  url: string,
  kind: SettingKind,
  schema = 'chatpush',
): Promise<readonly Pick<Setting, 'body' | 'id'>[]> {
  let settings: readonly Pick<Setting, 'body' | 'id'>[] = [];
  checkSchema(schema);
  await openFirst(hostsOf(url), { sockets: createSockets() }, async (client) => {
    const table = `${schema}.setting`;
    const { rows: found } = await client.query('select where to_regclass($1) is not null', [table]);
    if (found.length === 0) return;
    const text = `select id, body from ${table} where kind = $1 order by id`;
    settings = (await client.query<Setting>(text, [kind])).rows;
  });
  return settings;
}

function checkSchema(name: string): void {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) throw new TypeError(`Invalid schema name: ${name}`);
}

function hostsOf(url: string): Hosts {
  const urls = databaseUrls(url);
  if (urls === undefined) throw new TypeError('Invalid database URL.');
  return createHosts(urls);
}

/** Connects and migrates. Rejects with StoreUnavailableError, or with a sentence for the operator. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { schema = 'chatpush', connections = 10 } = options;
  checkSchema(schema);
  const hosts = hostsOf(options.url);
  const sockets = createSockets();
  const { isPooled, warnings } = await openFirst(
    hosts,
    { sockets },
    (client) => migrate(client, schema),
    options.prepared,
  );
  for (const warning of warnings) options.warn?.(warning);
  const session = { isPooled, isPrepared: options.prepared ?? !isPooled };
  const shared = { hosts, schema, sockets, session };
  const ofOwn = Math.min(OWN_CONNECTIONS, connections - 1);
  const ofBulk = Math.min(BULK_CONNECTIONS, Math.floor((connections - ofOwn) / 2));
  const ofCalls = { ...shared, warmUp: WARM_UP };
  const database = createDatabase({ ...ofCalls, connections: connections - ofOwn - ofBulk });
  const bulk = ofBulk > 0 ? createDatabase({ ...ofCalls, connections: ofBulk }) : database;
  const own = createDatabase({ ...shared, connections: ofOwn });
  const closeAll = () => Promise.all([...new Set([database, bulk, own])].map((pool) => pool.close()));
  const listensTo = options.direct === undefined ? (isPooled ? undefined : hosts) : hostsOf(options.direct);
  const hints = await openHints({ hosts: listensTo, schema, sockets }, database).catch(
    async (error: unknown) => {
      await closeAll();
      throw error;
    },
  );
  const leases = createLeases();
  const nodes = nodeVerbs(own, leases);
  const lanes = laneVerbs(own, nodes, leases);
  // On the other connections: what calls cause must not delay heartbeats, claims and settlements.
  const nodesOfCalls = nodeVerbs(database, leases);
  const lanesOfCalls = laneVerbs(database, nodes, leases);
  const few = contactVerbs(database);
  const many = contactVerbs(bulk);
  const enqueueFew = enqueueVerb(database, nodesOfCalls, lanesOfCalls, leases);
  const enqueueMany = enqueueVerb(bulk, nodesOfCalls, lanesOfCalls, leases);
  const gate = createBulkGate(ofBulk, () => systemClock.monotonic());
  const verbs: Verbs = {
    ...few,
    contacts: (keys) =>
      keys.length > SMALL_CALL ? gate.bulk(() => many.contacts(keys)) : gate.small(() => few.contacts(keys)),
    enqueue: (batch, ...rest) =>
      batch.length > SMALL_CALL
        ? gate.bulk(() => enqueueMany(batch, ...rest))
        : gate.small(() => enqueueFew(batch, ...rest)),
    claim: lanes.claim,
    waiting: lanes.waiting,
    settle: settleVerb(own, leases),
    beat: nodes.beat,
    nodes: nodesOfCalls.nodes,
    leave: nodes.leave,
    deliveries: deliveryLogVerb(database),
    ...instanceLogVerbs(database, lanesOfCalls),
    ...settingVerbs(database),
    everything: everythingVerb(bulk),
    sweep: sweepVerb(bulk),
  };

  const limited = limitVerbs(verbs);
  let closed: Promise<void> | undefined;

  async function close(): Promise<void> {
    const deadline = setTimeout(() => sockets.cut(), CLOSE_MS);
    await limited.close();
    await hints.close();
    await closeAll();
    await sockets.closed();
    clearTimeout(deadline);
  }

  return {
    ...limited.verbs,
    onHint: hints.onHint,
    hint: hints.hint,
    close: () => (closed ??= close()),
  };
}
