// Opening the database file. Its durability settings are checked here, before any answer is based on it.
import { DatabaseSync } from 'node:sqlite';
import { MIGRATIONS } from './migrations.ts';
import { mergeManyRows, registerHashes } from './indexes.ts';
import { openingFault } from './faults.ts';
import { openLeases } from './leases.ts';

export interface DatabaseOptions {
  readonly path: string;
  /** `OFF` exists so that the durability test can be seen to fail. */
  readonly synchronous: 'FULL' | 'OFF';
  /** Since the epoch, by the clock of the calling thread. */
  readonly nowMs: number;
  /** Maximum size of the database file in bytes; beyond it every write is refused, as on a full disk. */
  readonly maxBytes?: number;
}

/**
 * Size of the WAL before it is copied back: 4 MB. The commit that reaches it waits for the copy, and every other call with it:
 * 15 to 50 ms. With 16 MB it was 30 to 80 ms, and a flood of pushes was no faster.
 */
const CHECKPOINT_PAGES = 1_000;

/**
 * Size of SQLite's page cache in KiB. Pages that miss it are mostly in the system's, a few microseconds away. At some commits SQLite
 * walks its whole cache (docs/benchmarks.md, register): with 32 MiB the thread needed 204 µs per registration in a file of
 * 845 MB, with 8 MiB 178, and pushes were no slower.
 */
const CACHE_KIB = 8 * 1024;

/** Called before the tables of an earlier version are migrated, which may take a while. */
type OnUpgrade = (sentence: string) => void;

/** Opens, locks, migrates. Throws one sentence that says what is wrong and what to do. */
export function openDatabase(options: DatabaseOptions, onUpgrade: OnUpgrade = () => {}): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(options.path, { timeout: 0 });
    prepareDatabase(database, options, onUpgrade);
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
  onUpgrade: OnUpgrade,
): void {
  // With exclusive locking before the first access, the WAL index is kept in memory instead of a shared mapping:
  // the file lock is then held until the process ends
  // (https://sqlite.org/wal.html#use_of_wal_without_shared_memory), and a full disk cannot end the process through
  // that mapping.
  pragma(database, 'locking_mode', 'exclusive');
  const journal = pragma(database, 'journal_mode', 'wal');
  if (journal !== 'wal') throw new Error(`The database ${path} cannot keep a WAL (it answers "${journal}").`);
  pragma(database, 'synchronous', synchronous);
  const level = pragma(database, 'synchronous');
  if (level !== (synchronous === 'FULL' ? 2 : 0)) {
    throw new Error(`The database ${path} refuses synchronous=${synchronous} (it answers "${level}").`);
  }
  pragma(database, 'temp_store', 'memory');
  pragma(database, 'cache_size', String(-CACHE_KIB));
  pragma(database, 'wal_autocheckpoint', String(CHECKPOINT_PAGES));
  // A burst may leave a long WAL; it is truncated to this size when it next starts over.
  pragma(database, 'journal_size_limit', String(64 * 1024 * 1024));
  migrate(database, path, nowMs, onUpgrade);
  if (maxBytes !== undefined) {
    const pageBytes = Number(pragma(database, 'page_size'));
    pragma(database, 'max_page_count', String(Math.max(1, Math.floor(maxBytes / pageBytes))));
  }
}

function migrate(database: DatabaseSync, path: string, nowMs: number, onUpgrade: OnUpgrade): void {
  const version = Number(pragma(database, 'user_version'));
  if (version > MIGRATIONS.length) {
    throw new Error(
      `The database ${path} was written by a newer chatpush (schema ${version}, this one knows ${MIGRATIONS.length}): ` +
        'start that version, or restore a copy made before the upgrade.',
    );
  }
  // Even if there is no step to run, a write transaction here proves that the file can be written and that its lock
  // is ours.
  database.exec('begin immediate');
  // Earlier steps fill columns with these, which a later step drops.
  for (const name of ['locator_key', 'claim_hash']) database.function(name, { varargs: true }, () => 0);
  registerHashes(database);
  try {
    if (version > 0 && version < MIGRATIONS.length) {
      const [deliveries, contacts, claims] = ['delivery', 'contact', 'claim'].map((table) =>
        Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n']),
      );
      onUpgrade(
        `Upgrading the tables in ${path}, which has ${deliveries} deliveries, ${contacts} contacts and ${claims} claims: this takes at most about 15 s per million of them. ` +
          'Calls are answered once it is done. If you stop the process before, the file stays as it was.',
      );
    }
    for (const step of MIGRATIONS.slice(version)) database.exec(step);
    database.exec(`pragma user_version = ${MIGRATIONS.length}`);
    mergeManyRows(database);
    // Leases do not outlive the process that held them, and this is the only process.
    openLeases(database).releaseAll(nowMs);
    database.exec('commit');
  } catch (error) {
    if (database.isTransaction) database.exec('rollback');
    throw error;
  }
}

/**
 * Sets (with `value`) or reads a pragma; returns the value that the database reports, undefined if it reports none.
 */
function pragma(database: DatabaseSync, name: string, value?: string): string | number | undefined {
  const row = database.prepare(`pragma ${name}${value === undefined ? '' : ` = ${value}`}`).get();
  return row === undefined ? undefined : (Object.values(row)[0] as string | number);
}
