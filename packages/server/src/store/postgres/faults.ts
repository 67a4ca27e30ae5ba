// The meaning of PostgreSQL's SQLSTATEs (https://www.postgresql.org/docs/current/errcodes-appendix.html) and of
// socket errors.
import { StoreUnavailableError } from '../store.ts';

/** `conflict`: two transactions collided; repeat at once. `unavailable`: the database cannot answer now. */
type FaultKind = 'conflict' | 'unavailable' | 'bug';

/** By code, or by class (the first two characters) if the whole class means the same. */
const FAULTS: ReadonlyMap<string, FaultKind> = new Map([
  ['40001', 'conflict'], // serialization_failure
  ['40P01', 'conflict'], // deadlock_detected
  ['08', 'unavailable'], // connection exceptions
  ['25006', 'unavailable'], // read_only_sql_transaction: a standby, in the middle of a failover
  ['53', 'unavailable'], // insufficient resources: disk full, too many connections, out of memory
  ['55P03', 'unavailable'], // lock_not_available: lock_timeout ran out
  ['57', 'unavailable'], // operator intervention: shutdown, crash, starting up, statement_timeout
  ['58', 'unavailable'], // system error, such as an I/O error
]);

/** Errors of the driver and of the socket have no SQLSTATE. */
const WITHOUT_SQLSTATE =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|connect |read |write )/;

export const UNIQUE_VIOLATION = '23505';
/** invalid_sql_statement_name: the prepared statement does not exist. */
export const UNDEFINED_STATEMENT = '26000';
/** The row's partition does not exist. */
export const CHECK_VIOLATION = '23514';

export function faultKind(error: unknown): FaultKind {
  const code = sqlState(error);
  if (code !== undefined) return FAULTS.get(code) ?? FAULTS.get(code.slice(0, 2)) ?? 'bug';
  return error instanceof Error && (WITHOUT_SQLSTATE.test(error.message) || 'syscall' in error)
    ? 'unavailable'
    : 'bug';
}

/** Undefined if the error is not the server's. */
export function sqlState(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined;
}

/** The error that a caller sees. */
export function toStoreError(error: unknown): unknown {
  if (faultKind(error) === 'bug') return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreUnavailableError(`The database cannot answer: ${message}`, { cause: error });
}
