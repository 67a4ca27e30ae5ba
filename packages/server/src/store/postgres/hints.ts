// Hints between nodes, by LISTEN and NOTIFY; those within the process do not need the database. Behind a pooler in
// transaction mode LISTEN does not work: hints then use a connection that bypasses the pooler, or nodes find out by
// polling every second.
import pg from 'pg';
import { createHints } from '../hints.ts';
import type { HintKind, Store } from '../store.ts';
import { connection, type Database, type DatabaseOptions } from './database.ts';
import { explained } from './connect-faults.ts';
import { onAnyHost, type Hosts as DatabaseHosts } from './hosts.ts';

const NOTIFY = { name: 'notify', text: 'select pg_notify($1, $2)' };

/** After a connection was lost. Hints are missed meanwhile, which is allowed. */
const RECONNECT_MS = 1_000;

export interface Hints extends Pick<Store, 'onHint' | 'hint'> {
  close(): Promise<void>;
}

export interface HintOptions extends Pick<DatabaseOptions, 'schema' | 'sockets'> {
  /** Where to listen; undefined: nowhere. */
  readonly hosts: DatabaseHosts | undefined;
}

/** Opens the listening connection. Rejects if the first attempt fails; later ones are repeated until `close`. */
export async function openHints(options: HintOptions, database: Database): Promise<Hints> {
  const { hosts } = options;
  const local = createHints();
  const channel = `chatpush_${options.schema}`;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let connecting: Promise<void> = Promise.resolve();
  let closed = false;

  async function listen(url: string): Promise<void> {
    const own = new pg.Client(connection(options, url));
    own.on('notification', ({ payload = '' }) => {
      const [kind, ...id] = payload.split(' ');
      local.hint(kind as HintKind, id.join(' '));
    });
    own.on('error', () => undefined); // `end` follows, and that is acted on
    own.once('end', reconnectLater);
    try {
      await own.connect();
      await own.query(`listen ${channel}`);
      client = own;
    } catch (error) {
      await own.end();
      throw error;
    }
  }

  async function listenAnywhere(): Promise<void> {
    if (hosts) await onAnyHost(hosts, listen);
  }

  /** Does not report why: while the database is unavailable, every call of the store does. */
  function reconnectLater(): void {
    client = undefined;
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connecting = listenAnywhere().catch(reconnectLater);
    }, RECONNECT_MS);
  }

  try {
    await listenAnywhere();
  } catch (error) {
    closed = true;
    clearTimeout(timer);
    throw explained(error, hosts!.url);
  }
  return {
    onHint: local.onHint,
    hint(kind, id) {
      local.hint(kind, id);
      // A hint may be lost: nodes also poll.
      database.query(NOTIFY, [channel, `${kind} ${id}`]).catch(() => undefined);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await connecting;
      await client?.end();
    },
  };
}
