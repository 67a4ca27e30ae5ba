// A connection before its first use: checks that the server can be written to, and how much of the session is ours.
//
// Behind a pooler in transaction mode each transaction may use another server process: what a session has set or
// prepared is then somewhere else, or someone else's.
import type pg from 'pg';
import { sqlState, UNDEFINED_STATEMENT } from './faults.ts';

/** What the session may be used for. */
export interface Session {
  /** Whether there is a pooler in between. Time-outs are then set for each transaction, or not at all. */
  readonly isPooled: boolean;
  /** Whether statements are prepared under their names. */
  readonly isPrepared: boolean;
}

export const TIME_OUTS = {
  statementMs: 10_000,
  /**
   * A connection is replaced if it has not answered a quick statement after this long. Most calls begin with one, so
   * a network that has gone silent is noticed after this time and not after that of the longest statement.
   */
  quickMs: 5_000,
  lockMs: 5_000,
  /**
   * Between two statements of a transaction. When a node disappeared there, over a network that reports nothing,
   * its locks lasted until the server's TCP gave up two hours later; the first delivery of a day then waited for
   * the lock on the table.
   */
  idleInTransactionMs: 5_000,
  /**
   * Between two transactions. Idle connections are checked every 5 s, so one that is idle for longer was abandoned by a
   * node without the server noticing: such connections took the place of new ones.
   */
  idleMs: 15_000,
} as const;

const settings = (scope: 'local' | 'session'): string =>
  [
    `set ${scope} statement_timeout = ${TIME_OUTS.statementMs}`,
    `set ${scope} lock_timeout = ${TIME_OUTS.lockMs}`,
    `set ${scope} idle_in_transaction_session_timeout = ${TIME_OUTS.idleInTransactionMs}`,
  ].join('; ');

/** Begins a transaction, with the time-outs that a pooled session cannot keep. */
export const beginning = ({ isPooled }: Session): string =>
  isPooled ? `begin; ${settings('local')}` : 'begin';

/** The server is a standby, or read-only for another reason. `code`: read_only_sql_transaction. */
export class ReadOnlyServerError extends Error {
  override readonly name = 'ReadOnlyServerError';
  readonly code = '25006';
}

/**
 * Runs for each new connection of a pool, and again while it is idle, but not for the listening one. Rejects if the server
 * cannot be written to.
 */
export async function greet(client: pg.ClientBase, { isPooled }: Session): Promise<void> {
  const check: pg.QueryConfig & Pick<pg.ClientConfig, 'query_timeout'> = {
    text: `${isPooled ? '' : `${settings('session')}; set idle_session_timeout = ${TIME_OUTS.idleMs}; `}show transaction_read_only`,
    query_timeout: TIME_OUTS.quickMs,
  };
  // Several commands in one query return several results; the types describe only one.
  const answers = await client.query<{ transaction_read_only: string }>(check);
  const last = [answers].flat().at(-1);
  if (last?.rows[0]?.transaction_read_only === 'on')
    throw new ReadOnlyServerError(
      'it is read-only: it is a standby, or default_transaction_read_only is on. Use the primary, or all servers of the cluster (postgres://a,b/database)',
    );
}

/**
 * Whether a client's prepared statements still exist in its next transaction, whichever server process that uses.
 * `other` keeps the process of the first one busy. PgBouncer supports this from 1.21 on, with
 * `max_prepared_statements` above 0.
 */
export async function keepsPrepared(client: pg.ClientBase, other: pg.ClientBase): Promise<boolean> {
  const named = { name: 'chatpush-check', text: 'select 1' };
  await client.query(named);
  await other.query('begin');
  try {
    await client.query(named);
    return true;
  } catch (error) {
    if (sqlState(error) === UNDEFINED_STATEMENT) return false;
    throw error;
  } finally {
    await other.query('rollback');
  }
}

/**
 * Whether there is a pooler in between: it reports its own process id, because it forwards cancel requests
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html, BackendKeyData).
 */
export async function isPooledSession(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return (client as pg.Client & { readonly processID: number }).processID !== rows[0]?.pid;
}
