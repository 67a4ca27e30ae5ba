// Connections, statements, transactions.
import type { Socket } from 'node:net';
import pg from 'pg';
import { createConnectGate } from './connect-gate.ts';
import { faultKind, isConnectionLost, toStoreError } from './faults.ts';
import { onAnyHost, type Hosts } from './hosts.ts';
import { beginning, greet, TIME_OUTS, type Session } from './session.ts';
import type { Sockets } from './sockets.ts';
import { decodeRow, encode } from './text.ts';

export interface DatabaseOptions {
  readonly hosts: Hosts;
  /** The schema that contains all tables. */
  readonly schema: string;
  readonly connections: number;
  readonly sockets: Sockets;
  readonly session: Session;
  /**
   * Statements that each new connection runs before its first use, with values for which they do nothing. The first run
   * of a statement on a connection parses and plans it and reads the catalog: 20 to 50 ms beside a flood.
   */
  readonly warmUp?: readonly WarmUp[];
}

export interface WarmUp {
  readonly statement: Statement;
  readonly values: readonly unknown[];
}

export interface Statement {
  /** A named statement is prepared, if possible: the server parses and plans it once per connection. */
  readonly name?: string;
  /** It touches a few rows by key: if it takes seconds, the connection is at fault. */
  readonly isQuick?: boolean;
  /** Names every table in the schema `chatpush`, which is replaced if the settings name another. */
  readonly text: string;
}

/** Runs one statement; rows are objects, with 64-bit integers as numbers. */
export type Query = <R>(statement: Statement, values?: readonly unknown[]) => Promise<R[]>;

export interface Database {
  /** One statement, committed by itself. Rejects with StoreUnavailableError while the database cannot answer. */
  readonly query: Query;
  /** Several statements, all or none. `work` may run more than once: after a deadlock or the end of the session, all is repeated. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The pool's message if a call waited for a connection in vain and none was opened for it (pg-pool, `connect`). */
const ALL_IN_USE = 'timeout exceeded when trying to connect';

type Connected = (error: Error | null, client?: pg.Client) => void;

/** Often enough for the server's time-out for idle sessions (session.ts). */
const KEEP_OPEN_MS = 5_000;

/** How often a statement or transaction is tried in total if it lost a deadlock or its session. */
const TRIES = 5;

export function connection({ sockets }: Pick<DatabaseOptions, 'sockets'>, url: string): pg.ClientConfig {
  return {
    connectionString: url,
    stream: sockets.stream,
    application_name: 'chatpush',
    connectionTimeoutMillis: 3_000,
    keepAlive: true,
    // The server's own time-out cannot reach us over a dead network.
    query_timeout: TIME_OUTS.statementMs + 2_000,
    types: { getTypeParser: parserOf },
  };
}

export function createDatabase(options: DatabaseOptions): Database {
  const { hosts, schema, session, warmUp = [] } = options;
  // All connections being in use says nothing about the server.
  const gate = createConnectGate(
    (error) => isConnectionLost(error) && (error as Error).message !== ALL_IN_USE,
  );
  // The pool creates a client whenever it needs one, and only then asks for the host.
  const pool = new pg.Pool({
    max: options.connections,
    // They are kept open, see `keepOpen`.
    idleTimeoutMillis: 0,
    connectionTimeoutMillis: 3_000,
    Client: class extends pg.Client {
      readonly #socket: Socket;
      constructor() {
        const socket = options.sockets.stream();
        super({ ...connection(options, hosts.url), stream: () => socket });
        this.#socket = socket;
      }
      // When the pool's first connection fails, the next call in its queue would try to connect.
      override connect(): Promise<pg.Client>;
      override connect(done: Connected): void;
      override connect(done?: Connected): Promise<pg.Client> | void {
        if (done === undefined) return super.connect();
        const attempt = gate.begin();
        if ('end' in attempt)
          return super.connect((error: Error | null, client?: pg.Client) => {
            attempt.end();
            done(error, client);
          });
        this.#socket.destroy();
        process.nextTick(done, attempt.closedBy);
      }
    },
    verify: (client, verified) => {
      greet(client, session)
        .then(() => warm(client))
        .then(() => verified(), verified);
    },
  });
  // A connection that dies while idle is replaced by the next call, which reports any problem.
  pool.on('error', () => undefined);
  // The pool listens only to idle connections (https://node-postgres.com/apis/pool#error). One that dies while
  // lent, before its first statement or between two, would end the process; its current or next statement fails by
  // itself.
  pool.on('connect', (client) => client.on('error', () => undefined));

  const texts = new Map<string, string>();
  /** The statement's text for the configured schema. */
  function textOf({ text }: Statement): string {
    let ours = texts.get(text);
    if (ours === undefined) texts.set(text, (ours = text.replaceAll(/\bchatpush\./g, `${schema}.`)));
    return ours;
  }

  const run = async <R>(client: pg.ClientBase, statement: Statement, values: readonly unknown[]) => {
    const asked: pg.QueryConfig & Pick<pg.ClientConfig, 'query_timeout'> = {
      ...(session.isPrepared && statement.name !== undefined && { name: statement.name }),
      ...(statement.isQuick && { query_timeout: TIME_OUTS.quickMs }),
      text: textOf(statement),
      values: values.map(encode),
    };
    const { rows } = await client.query<Record<string, unknown>>(asked);
    return rows.map(decodeRow) as R[];
  };

  async function warm(client: pg.ClientBase): Promise<void> {
    if (!session.isPrepared) return;
    for (const { statement, values } of warmUp) await run(client, statement, values);
  }

  /** Lends a connection. A broken connection is discarded; after an error of the statement it can be used again. */
  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await gate
      .pass(() => onAnyHost(hosts, () => pool.connect()))
      .catch((error: unknown) => {
        // Not repeated, even if the server ends each new session: the gate decides when to connect again.
        throw toStoreError(error);
      });
    let broken = false;
    try {
      return await work(client);
    } catch (error) {
      broken = isConnectionLost(error);
      throw error;
    } finally {
      client.release(broken);
    }
  }

  async function transact<T>(client: pg.PoolClient, work: (query: Query) => Promise<T>): Promise<T> {
    await client.query(beginning(session));
    try {
      const result = await work((statement, values = []) => run(client, statement, values));
      await client.query('commit');
      return result;
    } catch (error) {
      // If the connection is gone, the server has rolled back, or will.
      if (!isConnectionLost(error)) await client.query('rollback');
      throw error;
    }
  }

  /**
   * Opens the connections that are missing and checks those that are idle. Opened when they were needed, they cost the
   * first messages after a quiet time 40 ms, and 80 to 180 when many came at once.
   */
  async function keepOpen(): Promise<void> {
    const inUse = pool.totalCount - pool.idleCount;
    const free = Math.max(0, options.connections - inUse - pool.waitingCount);
    // The calls report what is wrong with the server.
    const check = () => withClient((client) => greet(client, session)).catch(() => undefined);
    await Promise.all(Array.from({ length: free }, check));
  }
  const keeping = setInterval(() => void keepOpen(), KEEP_OPEN_MS);
  void keepOpen();

  return {
    query: (statement, values = []) =>
      repeatedly(() => withClient((client) => run(client, statement, values))),
    transaction: (work) => repeatedly(() => withClient((client) => transact(client, work))),
    close: () => {
      clearInterval(keeping);
      return pool.end();
    },
  };
}

async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      const kind = faultKind(error);
      if ((kind !== 'conflict' && kind !== 'ended') || tried === TRIES) throw toStoreError(error);
    }
  }
}

const INT8: number = pg.types.builtins.INT8;

/** Versions, counts and times fit into a double; by default the driver returns them as text. */
const parserOf: typeof pg.types.getTypeParser = (type: number, format?: 'text' | 'binary') =>
  type === INT8 ? Number : pg.types.getTypeParser(type, format);
