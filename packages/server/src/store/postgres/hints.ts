// Hints between nodes, by LISTEN and NOTIFY; those of the own process also without the database.
import { once } from 'node:events';
import pg from 'pg';
import { createHints } from '../hints.ts';
import type { HintKind, Store } from '../store.ts';
import { connection, type Database, type DatabaseOptions } from './database.ts';

const NOTIFY = { name: 'notify', text: 'select pg_notify($1, $2)' };

/** After a connection was lost: hints are missed meanwhile, which they may be. */
const RECONNECT_MS = 1_000;

export interface Hints extends Pick<Store, 'onHint' | 'hint'> {
  close(): Promise<void>;
}

/** Opens the listening connection. Rejects when the first attempt fails; later ones are repeated until `close`. */
export async function openHints(options: DatabaseOptions, database: Database): Promise<Hints> {
  const local = createHints();
  const channel = `chatpush_${options.schema}`;
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;

  async function listen(): Promise<void> {
    const own = new pg.Client(connection(options));
    own.on('notification', ({ payload = '' }) => {
      const [kind, ...id] = payload.split(' ');
      local.hint(kind as HintKind, id.join(' '));
    });
    own.on('error', () => void own.end().catch(() => undefined)); // `end` follows, and that is acted on
    own.once('end', reconnectLater);
    await own.connect();
    await own.query(`listen ${channel}`);
    client = own;
  }

  function reconnectLater(): void {
    client = undefined;
    if (closed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      listen().catch(reconnectLater);
    }, RECONNECT_MS);
  }

  await listen();
  return {
    onHint: local.onHint,
    hint(kind, id) {
      local.hint(kind, id);
      // A hint may be lost: whoever needs it also looks by itself.
      database.query(NOTIFY, [channel, `${kind} ${id}`]).catch(() => undefined);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      if (client === undefined) return;
      const ended = once(client, 'end');
      await client.end();
      await ended;
    },
  };
}
