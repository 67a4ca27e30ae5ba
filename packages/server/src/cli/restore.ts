// chatpush restore <file>: puts a copy in the place of the SQLite store, which no service may have open.
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

Puts a copy that "chatpush backup" made in the place of the SQLite store (CHATPUSH_STORE). The service must be stopped. What
was there before is kept beside it.
`;

/** Exit code 0: done; 1: nothing was changed; 2: the command line cannot be understood. */
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
    if (existsSync(before)) throw new Error(`${before} is there, from an earlier time: put it away first`);
    if (!existsSync(file)) throw new Error(`there is no ${file}`);
    makeFolderOf(path);
    copyFileSync(file, arriving);
    chmodSync(arriving, 0o600);
    const { rows } = checkCopy(arriving, file);
    flush(arriving);
    const had = existsSync(path);
    if (had) {
      // Takes its lock, which a running service would hold; closing it puts all of its WAL into the file. A service that
      // is started between this line and the next two is the one thing that is not guarded against.
      openDatabase({ path, synchronous: 'FULL', nowMs: Date.now() }).close();
      renameSync(path, before);
    }
    renameSync(arriving, path);
    flush(dirname(path));
    say(`${path}: ${rows.contacts} contacts, ${rows.deliveries} deliveries.\n`);
    if (had) say(`What was there before is ${before}.\n`);
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
