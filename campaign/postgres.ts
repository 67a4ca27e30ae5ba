// A PostgreSQL server behind a TCP proxy, and the faults that can be injected while nodes use it.
import { join } from 'node:path';
import pg from 'pg';
import { PGBOUNCER_PORT, startPgbouncer } from '../packages/server/test/store/pgbouncer.ts';
import { startPostgres } from '../packages/server/test/store/postgres-server.ts';
import type { PostgresServer } from '../packages/server/test/store/postgres-server.ts';
import type { CampaignStore } from './stores.ts';
import { startTcpProxy } from './tcp-proxy.ts';

export interface PostgresFaults {
  readonly server: PostgresServer;
  /** Terminates all sessions of nodes. */
  terminate(): Promise<void>;
  /**
   * Terminates the other sessions and takes every connection that the server allows; resolves with the function that releases
   * them.
   */
  exhaust(): Promise<() => Promise<void>>;
  setReadOnly(isReadOnly: boolean): Promise<void>;
  /** Moves the clock of the nodes' leases and due times. */
  setClock(aheadSeconds: number): Promise<void>;
}

const PORT = 5432;

/** `isPooled`: nodes reach it only through pgbouncer in transaction mode. */
export async function openPostgres({ isPooled }: { readonly isPooled: boolean }): Promise<CampaignStore> {
  // Twice as many connections as three nodes need, because a server keeps silenced ones for a while; few enough to be exhausted.
  const server = await startPostgres({ max_connections: '80' });
  const pooler = isPooled ? await startPgbouncer(server) : undefined;
  const way = await startTcpProxy({
    path: pooler
      ? join(pooler.folder, `.s.PGSQL.${PGBOUNCER_PORT}`)
      : join(server.folder, `.s.PGSQL.${PORT}`),
  });
  return {
    environment: { CHATPUSH_STORE: `postgres://postgres@127.0.0.1:${way.port}/postgres` },
    way,
    postgres: faultsOf(server),
    close: async () => {
      await way.close();
      await pooler?.close();
      await server.close();
    },
  };
}

/** Two servers, the second a synchronous standby; nodes are configured with both. */
export async function openCluster(): Promise<CampaignStore> {
  const primary = await startPostgres({ max_connections: '60' });
  const standby = await primary.standby();
  const ways = await Promise.all(
    [standby, primary].map(({ folder }) => startTcpProxy({ path: join(folder, `.s.PGSQL.${PORT}`) })),
  );
  const hosts = ways.map(({ port }) => `127.0.0.1:${port}`).join(',');
  return {
    environment: {
      CHATPUSH_STORE: `postgres://postgres@${hosts}/postgres?target_session_attrs=read-write`,
    },
    failOver: async () => {
      await primary.pause('immediate');
      const client = new pg.Client({ connectionString: standby.url });
      await client.connect();
      await client.query('select pg_promote()');
      await client.end();
    },
    close: async () => {
      await Promise.all(ways.map((way) => way.close()));
      await primary.close();
    },
  };
}

function faultsOf(server: PostgresServer): PostgresFaults {
  async function run(...statements: readonly string[]): Promise<void> {
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      await client.end();
    }
  }
  const terminate = (): Promise<void> =>
    run(
      `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
    );

  return {
    server,
    terminate,
    exhaust: async () => {
      await terminate();
      const taken: pg.Client[] = [];
      // Nodes reconnect meanwhile, so it may take a few rounds.
      for (let refused = 0; refused < 5;) {
        const client = new pg.Client({ connectionString: server.url });
        client.on('error', () => undefined);
        try {
          await client.connect();
          taken.push(client);
        } catch {
          refused++;
          await client.end();
        }
      }
      return async () => {
        await Promise.all(taken.map((client) => client.end()));
      };
    },
    setClock: (aheadSeconds) =>
      run(
        `create or replace function chatpush.now_ms() returns bigint language sql stable as
           $$ select (extract(epoch from statement_timestamp()) * 1000)::bigint + ${aheadSeconds * 1000} $$`,
      ),
    setReadOnly: (isReadOnly) =>
      run(
        'set default_transaction_read_only = off',
        `alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`,
        'select pg_reload_conf()',
      ),
  };
}
