// Connections, statements, transactions.
import pg from 'pg';
import { faultKind, toStoreError } from './faults.ts';
import type { Sockets } from './sockets.ts';
import { decodeRow, encode } from './text.ts';

export interface DatabaseOptions {
  readonly url: string;
  /** The schema all tables are in. */
  readonly schema: string;
  readonly connections: number;
  readonly sockets: Sockets;
}

export interface Statement {
  /** With a name it is prepared: the server parses and plans it once per connection. */
  readonly name?: string;
  readonly text: string;
}

/** Runs one statement; the rows as objects, 64-bit integers as numbers. */
export type Query = <R>(statement: Statement, values?: readonly unknown[]) => Promise<R[]>;

export interface Database {
  /** One statement, committed by itself. Rejects with StoreUnavailableError while the database cannot answer. */
  readonly query: Query;
  /** Several statements, all or none. `work` may run more than once: on a deadlock everything is done again. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How often a statement that lost a deadlock is tried in all. */
const TRIES = 5;

const STATEMENT_MS = 10_000;

export function connection({ url, schema, sockets }: DatabaseOptions): pg.ClientConfig {
  return {
    connectionString: url,
    stream: sockets.stream,
    application_name: 'chatpush',
    options: `-c search_path=${schema} -c statement_timeout=${STATEMENT_MS} -c lock_timeout=5000`,
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // The server's own time-out cannot reach us over a dead network.
    query_timeout: STATEMENT_MS + 2_000,
    types: { getTypeParser: parserOf },
  };
}

export function createDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({ ...connection(options), max: options.connections });
  // A connection that dies while idle is replaced with the next call; that call reports what is wrong.
  pool.on('error', () => undefined);
  // The pool listens to idle connections only (https://node-postgres.com/apis/pool#error). One that dies while lent, before its
  // first statement or between two, would take the process along; its statement, or the next, fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));

  const run = async <R>(client: pg.PoolClient, statement: Statement, values: readonly unknown[]) => {
    const { rows } = await client.query<Record<string, unknown>>({
      ...statement,
      values: values.map(encode),
    });
    return rows.map(decodeRow) as R[];
  };

  /** Lends a connection. One that failed as such is thrown away; after an error of the statement it is as good as before. */
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = faultKind(error) === 'unavailable';
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function transact<T>(client: pg.PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
    await client.query('begin');
    try {
      const result = await work((statement, values = []) => run(client, statement, values));
      await client.query('commit');
      return result;
    } catch (error) {
      // On a connection that is gone the server has rolled back, or will.
      if (faultKind(error) !== 'unavailable') await client.query('rollback');
      throw error;
    }
  }

  return {
    query: (statement, values = []) =>
      repeatedly(() => withClient((client) => run(client, statement, values))),
    transaction: (work) => repeatedly(() => withClient((client) => transact(client, work))),
    close: () => pool.end(),
  };
}

async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (faultKind(error) !== 'conflict' || tried === TRIES) throw toStoreError(error);
    }
  }
}

const INT8: number = pg.types.builtins.INT8;

/** Versions, counts and times fit a double; without this the driver answers them as text. */
const parserOf: typeof pg.types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === INT8 ? Number : pg.types.getTypeParser(type, format);
