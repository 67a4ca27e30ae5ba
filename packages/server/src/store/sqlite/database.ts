// Opening the database file: the promises of durability are asserted here, before anything is answered from it.
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';
import { openingFault } from './faults.ts';

export interface DatabaseOptions {
  readonly path: string;
  /** `OFF` exists so that the test of durability can be seen to fail. */
  readonly synchronous: 'FULL' | 'OFF';
  /** Since the epoch, by the clock of the thread that asks. */
  readonly nowMs: number;
  /** Largest size of the database file in bytes; beyond it every write is refused as on a full disk. */
  readonly maxBytes?: number;
}

/** Of the WAL, before they are copied back: 16 MB. Later costs single commits more, for a file that grows syncs more slowly. */
const CHECKPOINT_PAGES = 4_096;

/** Opens, locks, migrates. Throws one sentence that says what is wrong and what to do. */
export function openDatabase(options: DatabaseOptions): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(options.path, { timeout: 0 });
    prepareDatabase(database, options);
    return database;
  } catch (error) {
    database?.close();
    const sentence = openingFault(error, options.path);
    throw sentence === undefined ? error : new Error(sentence, { cause: error });
  }
}

function prepareDatabase(
  database: DatabaseSync,
  { path, synchronous, maxBytes, nowMs }: DatabaseOptions,
): void {
  // Exclusive locking before the first access keeps the WAL index in memory instead of a shared mapping: the file lock is
  // then held until the process ends (https://sqlite.org/wal.html#use_of_wal_without_shared_memory), and a full disk
  // cannot end the process through that mapping.
  pragma(database, 'locking_mode', 'exclusive');
  const journal = pragma(database, 'journal_mode', 'wal');
  if (journal !== 'wal') throw new Error(`The database ${path} cannot keep a WAL (it answers "${journal}").`);
  pragma(database, 'synchronous', synchronous);
  const level = pragma(database, 'synchronous');
  if (level !== (synchronous === 'FULL' ? 2 : 0)) {
    throw new Error(`The database ${path} refuses synchronous=${synchronous} (it answers "${level}").`);
  }
  pragma(database, 'temp_store', 'memory');
  pragma(database, 'cache_size', '-32768');
  // A page that many commits write is copied back once; SQLite's default is 4 MB.
  pragma(database, 'wal_autocheckpoint', String(CHECKPOINT_PAGES));
  // A burst may leave a long WAL behind; it is cut to this size when it next starts over.
  pragma(database, 'journal_size_limit', String(64 * 1024 * 1024));
  migrate(database, path, nowMs);
  if (maxBytes !== undefined) {
    const pageBytes = Number(pragma(database, 'page_size'));
    pragma(database, 'max_page_count', String(Math.max(1, Math.floor(maxBytes / pageBytes))));
  }
}

function migrate(database: DatabaseSync, path: string, nowMs: number): void {
  const version = Number(pragma(database, 'user_version'));
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The database ${path} was written by a newer chatpush (schema ${version}, this one knows ${MIGRATIONS.length}): ` +
        'start that version, or restore a copy made before the upgrade.',
    );
  }
  // Also without a step to make, a write transaction here shows that the file can be written and that its lock is ours.
  database.exec('begin immediate');
  try {
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`pragma user_version = ${MIGRATIONS.length}`);
    // Leases do not outlive the process that held them, and this is the only process.
    // What was leased was due, also where the clock has been set back since.
    database
      .prepare(`update delivery set owner = 0, due_at = min(due_at, ?) where status = 'queued' and owner > 0`)
      .run(nowMs);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/** Sets (with `value`) or reads a pragma; answers what the database says it is now, undefined where it says nothing. */
function pragma(database: DatabaseSync, name: string, value?: string): string | number | undefined {
  const row = database.prepare(`pragma ${name}${value === undefined ? '' : ` = ${value}`}`).get();
  return row === undefined ? undefined : (Object.values(row)[0] as string | number);
}
