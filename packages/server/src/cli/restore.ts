// chatpush restore <file>: replaces the SQLite store with a copy. No service may have it open.
import {
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  chmodSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { openDatabase } from '../store/sqlite/database.ts';
import { makeFolderOf } from '../store/sqlite/folder.ts';
import { checkCopy } from './check-copy.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush restore <file>

Replaces the SQLite store (CHATPUSH_STORE) with a copy made by "chatpush backup". The service must be stopped. The
previous database is kept next to it.
`;

/** Exit code 0: done; 1: nothing was changed; 2: the command line is invalid. */
export function restore(argv: readonly string[], environment: Environment, say: Say): number {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    say(USAGE);
    return 2;
  }
  const { store } = readConfig(environment);
  if (store.kind !== 'sqlite') {
    say(
      store.kind === 'postgres'
        ? 'The store is PostgreSQL: restore it with pg_restore or psql.\n'
        : 'The store is NATS JetStream: restore it with nats account restore.\n',
    );
    return 1;
  }
  const { path } = store;
  const arriving = `${path}.restoring`;
  const before = `${path}.before-restore`;
  try {
    if (existsSync(before)) throw new Error(`${before} exists from an earlier restore: move it away first`);
    if (!existsSync(file)) throw new Error(`there is no ${file}`);
    makeFolderOf(path);
    copyFileSync(file, arriving);
    chmodSync(arriving, 0o600);
    const { rows } = checkCopy(arriving, file);
    flush(arriving);
    const had = existsSync(path);
    if (had) {
      // Takes the lock, which a running service would hold; closing merges the whole WAL into the file. A service
      // started between this line and the next two is the one case that is not guarded against.
      openDatabase({ path, synchronous: 'FULL', nowMs: Date.now() }).close();
      renameSync(path, before);
    }
    renameSync(arriving, path);
    flush(dirname(path));
    say(`${path}: ${rows.contacts} contacts, ${rows.deliveries} deliveries.\n`);
    if (had) say(`The previous database is now ${before}.\n`);
    return 0;
  } catch (error) {
    rmSync(arriving, { force: true });
    say(`Nothing was restored: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

function flush(path: string): void {
  const opened = openSync(path, 'r');
  try {
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
}
