// What SQLite's result codes mean to us (https://sqlite.org/rescode.html).

/** `full`: nothing was written, and it mends itself when there is room. `fatal`: the file cannot be trusted from here on. */
export type FaultKind = 'full' | 'fatal' | 'bug';

/** By primary code; everything else is a mistake in a statement or its values. */
const FAULTS: ReadonlyMap<number, FaultKind> = new Map([
  [8, 'fatal'], // READONLY: the file became read-only under us
  [10, 'fatal'], // IOERR: after a failed fsync nobody knows what is on disk; only a restart reads it again
  [11, 'fatal'], // CORRUPT
  [13, 'full'], // FULL
  [14, 'fatal'], // CANTOPEN: the WAL cannot be created
  [26, 'fatal'], // NOTADB
]);

const BUSY = 5;

export function faultKind(error: unknown): FaultKind {
  return FAULTS.get(primaryCode(error)) ?? 'bug';
}

/** Another process holds the lock. */
export function isInUse(error: unknown): boolean {
  return primaryCode(error) === BUSY;
}

/** -1 where the error is not SQLite's. */
function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
}
