// Accepted means durable: verified by the order of fsync and acknowledgement, and by the data left after the WAL is truncated.
// (`kill -9` alone cannot show it: the page cache outlives the process.)
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { claimOf, contactOf, deliveriesOf } from './acknowledge.ts';
import { runAcknowledging } from './acknowledging-process.ts';
import { ids } from './conformance/harness.ts';
import { temporaryFolder } from './temporary-folder.ts';
import type { Store } from '../../src/store/store.ts';

const traceable = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;

/** Runs under strace; returns the acknowledgements that were written before the fsync of their data had returned. */
async function unsyncedUnderStrace(synchronous: 'FULL' | 'OFF') {
  using folder = temporaryFolder();
  const trace = join(folder.path, 'trace');
  const calls = 'trace=fsync,fdatasync,write,pwrite64';
  const { acknowledged } = await runAcknowledging({
    path: join(folder.path, 'chatpush.db'),
    rounds: 5,
    atOnce: 6,
    synchronous,
    under: ['strace', '-f', '-y', '-s', '6000', '-e', calls, '-o', trace],
  });
  return { acknowledged, unsynced: findUnsynced(readFileSync(trace, 'utf8').split('\n')) };
}

/** Lines of `strace -f -y`, in the order of events: calls of several threads, split in two where they overlap. */
function findUnsynced(lines: readonly string[]): number[] {
  const written = new Set<number>();
  const synced = new Set<number>();
  const unsynced: number[] = [];
  /** Threads within an fsync of the WAL. */
  const syncing = new Set<string>();
  for (const line of lines) {
    const thread = line.slice(0, line.indexOf(' '));
    if (/ p?write(64)?\(\d+<[^>]*-wal>/.test(line)) {
      for (const [, n] of line.matchAll(/marker-(\d+)\./g)) written.add(Number(n));
    }
    if (/ f(data)?sync\(\d+<[^>]*-wal>/.test(line)) syncing.add(thread);
    if (syncing.has(thread) && line.endsWith(' = 0')) {
      syncing.delete(thread);
      for (const n of written) synced.add(n);
    }
    const [, acknowledged] = / write\(1<[^>]*>, "ack (\d+) /.exec(line) ?? [];
    if (acknowledged !== undefined && !synced.has(Number(acknowledged))) unsynced.push(Number(acknowledged));
  }
  return unsynced;
}

describe('accepted means durable on SQLite', () => {
  test(
    'an fsync of the WAL returns before every acknowledgement of what it holds',
    { skip: traceable ? false : 'strace is absent or may not trace' },
    async () => {
      const { acknowledged, unsynced } = await unsyncedUnderStrace('FULL');
      assert.equal(acknowledged.length, 30);
      assert.deepEqual(unsynced, []);
    },
  );

  test(
    'and that check fails without fsync',
    { skip: traceable ? false : 'strace is absent or may not trace' },
    async () => {
      const { acknowledged, unsynced } = await unsyncedUnderStrace('OFF');
      assert.deepEqual(
        unsynced.sort((a, b) => a - b),
        acknowledged.map(({ n }) => n).sort((a, b) => a - b),
      );
    },
  );

  test('wherever the WAL is cut, everything acknowledged by then is complete, and nothing is partial', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'chatpush.db');
    const { acknowledged } = await runAcknowledging({ path, rounds: 16, atOnce: 1 });
    assert.equal(acknowledged.length, 16);
    let torn = 0;
    for (const [index, { walBytes }] of acknowledged.entries()) {
      const next = acknowledged[index + 1];
      await expectStored(path, join(folder.path, `${torn++}`), walBytes, 0, index + 1);
      if (next === undefined) continue;
      assert.ok(next.walBytes > walBytes, 'the WAL started over: too much was written for this test');
      const middle = Math.floor((walBytes + next.walBytes) / 2);
      await expectStored(path, join(folder.path, `${torn++}`), middle, 0, index + 1);
      await expectStored(path, join(folder.path, `${torn++}`), middle, next.walBytes - middle, index + 1);
    }
  });

  test('when the disk fails, the process is told to end, and everything acknowledged is there', async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'chatpush.db');
    // No file above 400 blocks: writing beyond that is EFBIG, an I/O error to SQLite.
    const limit = ['sh', '-c', 'ulimit -f 400 && exec "$0" "$@"'];
    const { acknowledged, said, exitCode } = await runAcknowledging({
      path,
      rounds: 500,
      atOnce: 1,
      under: limit,
    });
    assert.equal(exitCode, 70);
    assert.match(said.join(), /^fatal The database .*chatpush\.db failed: disk I\/O error$/);
    assert.ok(acknowledged.length > 0);
    const store = await openSqliteStore({ path });
    await assertHolds(store, acknowledged.length);
    await store.close();
  });
});

/** Copies the database with its WAL cut at `walBytes` (and junk behind the cut), opens it, expects calls 0 … count − 1. */
async function expectStored(
  path: string,
  folder: string,
  walBytes: number,
  junkBytes: number,
  count: number,
): Promise<void> {
  mkdirSync(folder);
  const copy = join(folder, 'chatpush.db');
  copyFileSync(path, copy);
  copyFileSync(`${path}-wal`, `${copy}-wal`);
  truncateSync(`${copy}-wal`, walBytes);
  appendFileSync(`${copy}-wal`, Buffer.alloc(junkBytes, 0xa5));
  const store = await openSqliteStore({ path: copy });
  await assertHolds(store, count);
  await assertHoldsNothingOf(store, count);
  await store.close();
}

async function assertHolds(store: Store, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    if (n % 2 === 0) {
      const [contact] = await store.contacts([contactOf(n)]);
      assert.equal(contact?.body, contactOf(n).body, `contact of call ${n}`);
      const { instanceId, operation, token } = claimOf(n);
      assert.deepEqual(await store.claimed(instanceId, operation, token), claimOf(n), `claim of call ${n}`);
    } else {
      const { items } = await store.deliveries(contactOf(n), { limit: 10 });
      assert.deepEqual(ids(items), ids(deliveriesOf(n)).reverse(), `deliveries of call ${n}`);
    }
  }
}

async function assertHoldsNothingOf(store: Store, n: number): Promise<void> {
  const { instanceId, operation, token } = claimOf(n);
  assert.deepEqual(await store.contacts([contactOf(n)]), [undefined]);
  assert.equal(await store.claimed(instanceId, operation, token), undefined);
  assert.deepEqual(await store.deliveries(contactOf(n), { limit: 10 }), { items: [] });
}
