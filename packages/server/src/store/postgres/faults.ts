// The meaning of PostgreSQL's SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) and of
// socket errors.
import { StoreUnavailableError } from '../store.ts';

/**
 * `conflict`: two transactions collided; repeat at once. `ended`: the server ended the session, and nothing of the
 * transaction was committed; repeat on another connection. `unavailable`: the database cannot answer now.
 */
type FaultKind = 'conflict' | 'ended' | 'unavailable' | 'bug';

/** By code, or by class (the first two characters) if the whole class means the same. */
const FAULTS: ReadonlyMap<string, FaultKind> = new Map([
  ['40001', 'conflict'], // serialization_failure
  ['40P01', 'conflict'], // deadlock_detected
  // FATAL means that the transaction was rolled back: if the session must end after a commit, the server closes the
  // connection without a message (SyncRepWaitForLSN in its syncrep.c).
  ['25P03', 'ended'], // idle_in_transaction_session_timeout
  ['57P01', 'ended'], // admin_shutdown: also pg_terminate_backend
  ['57P05', 'ended'], // idle_session_timeout
  ['08', 'unavailable'], // connection exceptions
  ['25006', 'unavailable'], // read_only_sql_transaction: a standby, in the middle of a failover
  ['53', 'unavailable'], // insufficient resources: disk full, too many connections, out of memory
  ['55P03', 'unavailable'], // lock_not_available: lock_timeout ran out
  ['57', 'unavailable'], // operator intervention: shutdown, crash, starting up, statement_timeout
  ['58', 'unavailable'], // system error, such as an I/O error
]);

/** Errors of the driver and of the socket have no SQLSTATE. */
const WITHOUT_SQLSTATE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|connect |read )/;

/** The driver's message for a statement that it does not send, because the connection has failed before. */
const NOT_SENT = 'Client has encountered a connection error and is not queryable';

export const UNIQUE_VIOLATION = '23505';
/** invalid_sql_statement_name: the prepared statement does not exist. */
export const UNDEFINED_STATEMENT = '26000';
/** The row's partition does not exist. */
export const CHECK_VIOLATION = '23514';

export function faultKind(error: unknown): FaultKind {
  const code = sqlState(error);
  if (code !== undefined) return FAULTS.get(code) ?? FAULTS.get(code.slice(0, 2)) ?? 'bug';
  if (!(error instanceof Error)) return 'bug';
  const syscall = systemCall(error);
  // The driver sends a statement in one piece. If the operating system did not take all of it, the server lacks its
  // end, and did not run it.
  if (syscall === 'write' || error.message === NOT_SENT) return 'ended';
  return syscall !== undefined || WITHOUT_SQLSTATE.test(error.message) ? 'unavailable' : 'bug';
}

/** Whether the connection must not be used again. */
export function isConnectionLost(error: unknown): boolean {
  const kind = faultKind(error);
  return kind === 'ended' || kind === 'unavailable';
}

const systemCall = (error: unknown): unknown =>
  error instanceof Error && 'syscall' in error ? error.syscall : undefined;

/** Undefined if the error is not the server's. */
export function sqlState(error: unknown): string | undefined {
  // A code of the operating system, such as EPIPE, may look like a SQLSTATE.
  if (systemCall(error) !== undefined) return undefined;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The error that a caller sees. */
export function toStoreError(error: unknown): unknown {
  if (faultKind(error) === 'bug') return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`The database cannot answer: ${message}`, { cause: error });
}
