// The meaning of SQLite's result codes (https://sqlite.org/rescode.html).

/**
 * `full`: nothing was written, and it recovers when there is space. `fatal`: the file cannot be trusted from now
 * on.
 */
export type FaultKind = 'full' | 'fatal' | 'bug';

/** By primary code; all others are mistakes in a statement or its values. */
const FAULTS: ReadonlyMap<number, FaultKind> = new Map([
  [8, 'fatal'], // READONLY: the file became read-only while in use
  [10, 'fatal'], // IOERR: after a failed fsync nobody knows what is on disk; only a restart reads it again
  [11, 'fatal'], // CORRUPT
  [13, 'full'], // FULL
  [14, 'fatal'], // CANTOPEN: the WAL cannot be created
  [26, 'fatal'], // NOTADB
]);

const NOT_A_DATABASE = 26;

/** Why a file cannot be opened, and how to fix it, by primary code. */
const OPENING_FAULTS: ReadonlyMap<number, string> = new Map([
  [
    5, // BUSY
    'is in use by another process, and only one process may open it: stop that process, or set another CHATPUSH_STORE for this one.',
  ],
  [
    8, // READONLY
    'cannot be written by this process: make the file and its folder writable by its user, or name another file with CHATPUSH_STORE=sqlite:path.',
  ],
  [
    11, // CORRUPT
    'is damaged: restore a copy with "chatpush restore", or move the file away to start with an empty one.',
  ],
  [
    14, // CANTOPEN: a folder, or no permission for the file or its folder
    'cannot be opened: CHATPUSH_STORE=sqlite:path must name a file, not a folder. The user of this process must be able to read and write the file and to write its folder.',
  ],
  [
    NOT_A_DATABASE,
    'is not a SQLite database: name another file with CHATPUSH_STORE=sqlite:path; a missing file is created.',
  ],
]);

/** A sentence about a database that could not be opened; undefined if the error is clear by itself. */
export function openingFault(error: unknown, path: string): string | undefined {
  const fault = OPENING_FAULTS.get(primaryCode(error));
  return fault === undefined ? undefined : `The database ${path} ${fault}`;
}

export function faultKind(error: unknown): FaultKind {
  return FAULTS.get(primaryCode(error)) ?? 'bug';
}

/** Not a SQLite database at all. */
export function isForeignFile(error: unknown): boolean {
  return primaryCode(error) === NOT_A_DATABASE;
}

/** -1 if the error is not SQLite's. */
function primaryCode(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : -1;
}
