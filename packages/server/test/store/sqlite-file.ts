// SQLite stores that last as long as a test.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { openSqliteStore, type SqliteStoreOptions } from '../../src/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** An unused path; its folder is removed after the test. */
export function newPath(t: TestContext): string {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  return join(folder.path, 'chatpush.db');
}

/** Opens a store that is closed after the test in any case. */
export async function openStore(t: TestContext, options: Partial<SqliteStoreOptions> = {}) {
  const path = options.path ?? newPath(t);
  const store = await openSqliteStore({ ...options, path });
  t.after(() => store.close());
  return { store, path };
}
