// Whether a file is a complete database of ours, for `chatpush backup` and `chatpush restore`.
import { DatabaseSync } from 'node:sqlite';
import { isForeignFile } from '../store/sqlite/faults.ts';
import { MIGRATIONS } from '../store/sqlite/migrations.ts';

export interface CheckedCopy {
  readonly rows: { readonly contacts: number; readonly deliveries: number };
}

/**
 * Reads the whole file, and removes its need for companion files. Throws a sentence that says what is wrong with
 * it, naming it `name`.
 */
export function checkCopy(path: string, name = path): CheckedCopy {
  const database = new DatabaseSync(path);
  const ask = (statement: string): unknown => Object.values(database.prepare(statement).get() ?? {})[0];
  try {
    const found = ask('pragma integrity_check');
    if (found !== 'ok') throw new Error(`${name} is damaged: ${String(found)}`);
    const version = Number(ask('pragma user_version'));
    if (version === 0) throw new Error(notOurs(name));
    if (version > MIGRATIONS.length)
      throw new Error(
        `${name} was written by a newer chatpush (schema ${version}, this one knows ${MIGRATIONS.length})`,
      );
    // With a WAL, a copy would be two files; the service turns it on again.
    ask('pragma journal_mode = delete');
    const count = (table: string): number => Number(ask(`select count(*) from ${table}`));
    return { rows: { contacts: count('contact'), deliveries: count('delivery') } };
  } catch (error) {
    if (isForeignFile(error)) throw new Error(notOurs(name), { cause: error });
    throw error;
  } finally {
    database.close();
  }
}

const notOurs = (name: string): string =>
  `${name} is not a chatpush database: use a copy made by "chatpush backup"`;
