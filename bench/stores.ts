// The stores that a benchmark runs the service on: a new SQLite file, a dedicated PostgreSQL server, or NATS servers (three with
// three replicas, or one). All sync to disk.
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startPostgres } from '../packages/server/test/store/postgres-server.ts';
import { startNats } from '../packages/server/test/store/nats-servers.ts';
import { familyMs } from './process-time.ts';

/** Of 16 MB: more than `flood` and `deliver` write. */
const WAL_FILES = 128;

const LARGE_CACHE = { shared_buffers: '256MB' };

/**
 * What the guide advises where the kernel's writeback cannot be set: little is dirty at a time, so that no commit waits for the
 * kernel to write a lot of it (docs/guides/postgresql.md).
 */
export const EVEN_WRITES = {
  shared_buffers: '64MB',
  bgwriter_delay: '50ms',
  bgwriter_lru_maxpages: '1000',
  bgwriter_flush_after: '256kB',
  backend_flush_after: '256kB',
};

export type StoreName = keyof typeof OPEN;

export interface BenchStore {
  /** For CHATPUSH_STORE. */
  readonly url: string;
  /** CPU time of the database server so far; 0 without a server. */
  cpuMs(): Promise<number>;
  /** Size of its files in bytes; 0 if they are not ours. */
  size(): Promise<number>;
  close(): Promise<void>;
}

const OPEN = {
  sqlite: openSqlite,
  postgres: openPostgres,
  nats: () => openNats(3),
  'nats-one': () => openNats(1),
} as const satisfies Record<string, (postgres: Settings) => Promise<BenchStore>>;

type Settings = Readonly<Record<string, string>>;

/** `postgres`: settings of the PostgreSQL server, besides those for all benchmarks. */
export const openStore = (name: StoreName, postgres: Settings = LARGE_CACHE): Promise<BenchStore> =>
  OPEN[name](postgres);

async function openSqlite(): Promise<BenchStore> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const path = join(folder, 'bench.db');
  return {
    url: `sqlite:${path}`,
    cpuMs: () => Promise.resolve(0),
    async size() {
      const sizes = ['', '-wal'].map((end) =>
        stat(path + end).then(
          ({ size }) => size,
          () => 0,
        ),
      );
      return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

async function openPostgres(settings: Settings): Promise<BenchStore> {
  const server = await startPostgres({
    fsync: 'on',
    ...settings,
    min_wal_size: `${WAL_FILES * 16}MB`,
    max_wal_size: '4GB',
  });
  if (server.isOurs) await createWalFiles(server.url);
  const folder = new URL(server.url).searchParams.get('host');
  return {
    url: server.url,
    async cpuMs() {
      if (!server.isOurs) return 0;
      const [pid] = (await readFile(join(folder!, 'cluster/postmaster.pid'), 'utf8')).split('\n');
      return familyMs(pid!);
    },
    size: () => Promise.resolve(0),
    close: () => server.close(),
  };
}

/**
 * A server that has run for a while reuses the files of its WAL. A new one creates each with 16 MB of zeros, and all commits
 * wait for that.
 */
async function createWalFiles(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let file = 0; file < WAL_FILES; file++) {
      await client.query(`select pg_logical_emit_message(false, 'bench', '')`);
      await client.query('select pg_switch_wal()');
    }
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}

async function openNats(count: 1 | 3): Promise<BenchStore> {
  const servers = await startNats({ count, isSynced: true });
  return {
    url: servers.url,
    async cpuMs() {
      const each = await Promise.all(servers.processIds.map((pid) => familyMs(String(pid))));
      return each.reduce((sum, ms) => sum + ms, 0);
    },
    size: () => Promise.resolve(0),
    close: () => servers.close(),
  };
}
