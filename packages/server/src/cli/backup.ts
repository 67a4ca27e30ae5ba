// chatpush backup <file>: a copy of the SQLite store. A running service makes the copy itself; otherwise the
// command does.
import { createWriteStream, existsSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import type { Config, Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { askService, commandSocketOf } from './command-socket.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { checkCopy } from './check-copy.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush backup <file>

Writes a copy of the SQLite store (CHATPUSH_STORE) to a new file while the service runs. The copy shows the store at the
end of the copying.
The file contains device tokens and the texts of undelivered messages: protect it like the store.
`;

/** Exit code 0: the file is complete, verified and on disk; 1: it is not; 2: the command line is invalid. */
export async function backup(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  const [file, ...more] = positionals;
  if (file === undefined || more.length > 0) {
    say(USAGE);
    return 2;
  }
  const config = readConfig(environment);
  const { store } = config;
  if (store.kind !== 'sqlite') {
    say(
      store.kind === 'postgres'
        ? 'The store is PostgreSQL: back it up with pg_dump, while the service runs.\n'
        : 'The store is NATS JetStream: back it up with nats account backup, while the service runs.\n',
    );
    return 1;
  }
  if (existsSync(file)) {
    say(`${file} exists already, and a copy never replaces another.\n`);
    return 1;
  }
  if (!existsSync(store.path)) {
    say(`There is no database ${store.path}: does CHATPUSH_STORE name it?\n`);
    return 1;
  }
  const part = `${file}.part`;
  try {
    await (await open(part, 'w', 0o600)).close();
    if (!(await copyFromService(config, part))) await copyUnused(store.path, part);
    const { rows } = checkCopy(part);
    await flush(part);
    await rename(part, file);
    await flush(dirname(file));
    say(`${file}: ${rows.contacts} contacts, ${rows.deliveries} deliveries.\n`);
    return 0;
  } catch (error) {
    await rm(part, { force: true });
    say(`No copy was made: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

/** False: no service listens for this database. */
async function copyFromService(config: Config, part: string): Promise<boolean> {
  const answer = await askService(commandSocketOf(config), 'GET', '/copy');
  if (answer === undefined) return false;
  if (answer.statusCode !== 200) throw new Error(`the service says: ${await text(answer)}`);
  await pipeline(answer, createWriteStream(part));
  return true;
}

/** Nobody has it open, or the error of the lock says so. */
async function copyUnused(database: string, part: string): Promise<void> {
  const store = await openSqliteStore({ path: database });
  try {
    await store.copyTo(part);
  } finally {
    await store.close();
  }
}

/** Flushes a path to disk: a file's bytes, or a folder's names. */
async function flush(path: string): Promise<void> {
  const opened = await open(path, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
