// Debian's pgbouncer in front of a test server, in transaction mode, as in front of most production PostgreSQLs.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PostgresServer } from './postgres-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface Pgbouncer {
  readonly url: string;
  /** The folder of its Unix socket. */
  readonly folder: string;
  close(): Promise<void>;
}

export const PGBOUNCER_PORT = 6432;
const NOBODY = 65_534;

const asked = spawnSync('pgbouncer', ['--version'], { encoding: 'utf8' });
export const hasPgbouncer = asked.status === 0;
/** Whether it supports prepared statements: from 1.21 on. Debian 12 has 1.18; another one is found through `PATH`. */
export const keepsPrepared = hasPgbouncer && Number(/ 1\.(\d+)/.exec(asked.stdout)?.[1]) >= 21;

export async function startPgbouncer(
  server: PostgresServer,
  mode: 'transaction' | 'session' = 'transaction',
): Promise<Pgbouncer> {
  const folder = temporaryFolder();
  // It refuses to run as root, as PostgreSQL does.
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const settings = join(folder.path, 'pgbouncer.ini');
  writeFileSync(
    settings,
    `[databases]
* = host=${server.folder} port=5432 user=postgres
[pgbouncer]
listen_port = ${PGBOUNCER_PORT}
unix_socket_dir = ${folder.path}
auth_type = any
pool_mode = ${mode}
default_pool_size = 20
max_client_conn = 200
server_login_retry = 1
${keepsPrepared ? 'max_prepared_statements = 100\n' : ''}`,
  );
  // With a umask of 077 only the owner may read the settings.
  if (as.uid !== undefined) for (const path of [folder.path, settings]) chownSync(path, NOBODY, NOBODY);
  const child = spawn('pgbouncer', [settings], { ...as, stdio: ['ignore', 'ignore', 'pipe'] });
  const ready = Promise.withResolvers<void>();
  const said: string[] = [];
  createInterface(child.stderr).on('line', (line) => {
    said.push(line);
    if (line.includes('process up')) ready.resolve();
  });
  child.once('error', ready.reject);
  child.once('exit', () => ready.reject(new Error(`pgbouncer ended:\n${said.join('\n')}`)));
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  await ready.promise;
  return {
    url: `postgres://postgres@localhost:${PGBOUNCER_PORT}/postgres?host=${encodeURIComponent(folder.path)}`,
    folder: folder.path,
    close: async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      process.off('exit', abandon);
      folder.remove();
    },
  };
}
