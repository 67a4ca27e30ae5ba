// Sessions that the server ends between two statements. A process that stands still (a paused machine, a long garbage collection)
// does not see it and sends the next statement to a session that no longer exists. Nothing of it has run, so callers must not
// notice either. Over a Unix socket the operating system refuses the statement; over TCP the server's last message comes back.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { after, before, test, type TestContext } from 'node:test';
import { createDatabase, type Database } from '../../src/store/postgres/database.ts';
import { createHosts } from '../../src/store/postgres/hosts.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { TIME_OUTS } from '../../src/store/postgres/session.ts';
import { createSockets } from '../../src/store/postgres/sockets.ts';
import { contactChange, credit, fresh, newDeliveries, settlement } from './conformance/harness.ts';
import { createTestSchema } from './postgres-schema.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

/** Longer than the server takes to end a session whose time is over. */
const GRACE_MS = 1_000;

let server: PostgresServer;
before(async () => {
  server = await startPostgres({}, { clockOfMachine: true });
});
after(() => server.close());

const skip =
  process.env['CHATPUSH_TEST_POSTGRES'] !== undefined && 'the sessions of a given server are not ours to end';

const WAYS = {
  'a Unix socket': () => Promise.resolve(server.url),
  /** The server listens only on its socket. */
  async TCP(t: TestContext): Promise<string> {
    const way = createServer((near) => {
      const far = connect(join(server.folder, '.s.PGSQL.5432'));
      pipeline(near, far, near, () => undefined);
    }).listen(0, '127.0.0.1');
    await once(way, 'listening');
    t.after(() => way.close());
    return `postgres://postgres@127.0.0.1:${(way.address() as AddressInfo).port}/postgres`;
  },
} satisfies Record<string, (t: TestContext) => Promise<string>>;

/** This process does nothing meanwhile, not even read its sockets. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Ends all sessions of stores, from another process, while this one stands still. */
function endSessions(): void {
  const program = `
    const { default: pg } = await import(${JSON.stringify(import.meta.resolve('pg'))});
    const client = new pg.Client({ connectionString: process.argv[1] });
    await client.connect();
    const { rows } = await client.query(
      "select pg_terminate_backend(pid, 10000) as ended from pg_stat_activity where application_name = 'chatpush'");
    await client.end();
    if (rows.length === 0 || rows.some(({ ended }) => !ended)) throw new Error('no session, or not ended');`;
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', program, server.url],
    { encoding: 'utf8' },
  );
  assert.equal(status, 0, stderr);
}

function openDatabase(t: TestContext, url: string): Database {
  const database = createDatabase({
    hosts: createHosts([url]),
    schema: 'public',
    connections: 4,
    sockets: createSockets(),
    session: { isPooled: false, isPrepared: true },
  });
  t.after(() => database.close());
  return database;
}

/** The process at the server's end of the connection that was used last, and is used next. */
async function pidOf({ query }: Pick<Database, 'query'>): Promise<number> {
  const [row] = await query<{ pid: number }>({ name: 'pid', text: 'select pg_backend_pid() as pid' });
  return row!.pid;
}

for (const [name, way] of Object.entries(WAYS)) {
  test(
    `every call succeeds after the server has ended all idle sessions, over ${name}`,
    { skip },
    async (t) => {
      const { schema, drop } = await createTestSchema(server.url);
      t.after(drop);
      const store = await openPostgresStore({ url: await way(t), schema });
      t.after(() => store.close());
      const contact = contactChange();
      await store.commit({ contact });
      await store.beat('node', 60_000);
      const [first, second] = newDeliveries(2);
      const accepted = [settlement(first!.id, { status: 'accepted' })];

      endSessions();
      assert.equal((await store.contacts([contact]))[0]?.version, 1);
      endSessions();
      assert.equal(await store.commit({ contact: { ...contact, version: 1 } }), 'committed');
      endSessions();
      assert.equal(await store.beat('node', 60_000), 'alive');
      endSessions();
      const enqueued = await store.enqueue([first!], 'node', credit('lane', 1));
      assert.deepEqual(
        enqueued.map(({ state }) => state),
        ['leased'],
      );
      endSessions();
      assert.deepEqual(await store.settle('node', accepted), { lost: [] });
      // Again, which takes a transaction.
      endSessions();
      assert.deepEqual(await store.settle('node', accepted), { lost: [] });
      await store.enqueue([second!], 'node', new Map());
      endSessions();
      assert.deepEqual(
        (await store.claim('node', credit('lane', 2))).map(({ id }) => id),
        [second!.id],
      );
    },
  );

  test(
    `a transaction is repeated as a whole if it stood still for too long, over ${name}`,
    { skip },
    async (t) => {
      const database = openDatabase(t, await way(t));
      const table = fresh('half').replace('-', '_');
      await database.query({ text: `create table ${table} (pid int)` });
      const tried: number[] = [];
      await database.transaction(async (query) => {
        const pid = await pidOf({ query });
        tried.push(pid);
        await query({ text: `insert into ${table} values ($1)` }, [pid]);
        if (tried.length === 1) standStill(TIME_OUTS.idleInTransactionMs + GRACE_MS);
        await query({ text: `insert into ${table} values ($1)` }, [pid]);
      });
      assert.equal(tried.length, 2);
      const once = { pid: tried[1] };
      assert.deepEqual(await database.query({ text: `select pid from ${table}` }), [once, once]);
    },
  );
}

test('a statement is repeated if its session was idle for too long', { skip }, async (t) => {
  const databases = await Promise.all(Object.values(WAYS).map(async (way) => openDatabase(t, await way(t))));
  const before = await Promise.all(databases.map(pidOf));
  standStill(TIME_OUTS.idleMs + GRACE_MS);
  for (const [index, pid] of (await Promise.all(databases.map(pidOf))).entries())
    assert.notEqual(pid, before[index]);
});
