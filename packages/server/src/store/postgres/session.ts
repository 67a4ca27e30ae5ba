// A connection before its first use: that it leads to a server which can write, and how much of it is ours.
//
// Behind a pooler in transaction mode each transaction may meet another server process: what is set for a session, and what is
// prepared in it, is then somewhere else, or someone else's.
import type pg from 'pg';
import { sqlState, UNDEFINED_STATEMENT } from './faults.ts';

/** What the session may be used for. */
export interface Session {
  /** Whether a pooler is between. Time-outs are then set for each transaction, or not at all. */
  readonly isPooled: boolean;
  /** Whether statements are prepared under their names. */
  readonly isPrepared: boolean;
}

export const TIME_OUTS = {
  statementMs: 10_000,
  lockMs: 5_000,
  /**
   * Between two statements of a transaction. A node that vanished there, over a network that tells nobody, kept its locks until the
   * server's TCP did, two hours later; the first delivery of a day then waited for the lock on the table.
   */
  idleInTransactionMs: 5_000,
  /**
   * Between two transactions. The pool gives a connection back after 10 s, so one that is idle for longer is one that the node has
   * given up and the server does not know of: they took the place of those that were to follow.
   */
  idleMs: 15_000,
} as const;

const settings = (scope: 'local' | 'session'): string =>
  [
    `set ${scope} statement_timeout = ${TIME_OUTS.statementMs}`,
    `set ${scope} lock_timeout = ${TIME_OUTS.lockMs}`,
    `set ${scope} idle_in_transaction_session_timeout = ${TIME_OUTS.idleInTransactionMs}`,
  ].join('; ');

/** Begins a transaction with the time-outs that a pooled session cannot keep. */
export const beginning = ({ isPooled }: Session): string =>
  isPooled ? `begin; ${settings('local')}` : 'begin';

/** It is a standby, or read-only for another reason. `code`: read_only_sql_transaction. */
export class ReadOnlyServerError extends Error {
  override readonly name = 'ReadOnlyServerError';
  readonly code = '25006';
}

/** Run once for each new connection of the pool, not for the one that listens. Rejects where the server cannot write. */
export async function greet(client: pg.ClientBase, { isPooled }: Session): Promise<void> {
  // Several commands in one query bring several results; the types know of one.
  const answers = await client.query<{ transaction_read_only: string }>(
    `${isPooled ? '' : `${settings('session')}; set idle_session_timeout = ${TIME_OUTS.idleMs}; `}show transaction_read_only`,
  );
  const last = [answers].flat().at(-1);
  if (last?.rows[0]?.transaction_read_only === 'on')
    throw new ReadOnlyServerError(
      'it is read-only: a standby, or default_transaction_read_only is on. Name the primary, or all servers of the cluster (postgres://a,b/database)',
    );
}

/**
 * Whether statements that a client has prepared are found again in its next transaction, whichever server process that meets.
 * `other` keeps the process of the first one busy. PgBouncer does so from 1.21 on, with `max_prepared_statements` above 0.
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
 * Whether a pooler is between: it hands out a process id of its own, for it passes cancel requests on
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html, BackendKeyData).
 */
export async function isPooledSession(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return (client as pg.Client & { readonly processID: number }).processID !== rows[0]?.pid;
}
