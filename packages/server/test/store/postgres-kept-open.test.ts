// Connections are open before a call needs them, and those that the server ends are replaced without a call. Opened when they
// were needed, they delayed the first messages after a quiet time.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { createTestSchema } from './postgres-schema.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

const CONNECTIONS = 8;
/** For the node's own work. */
const OWN = 2;
const LISTENING = 1;
const PATIENCE_MS = 20_000;

let server: PostgresServer;
let other: pg.Client;
before(async () => {
  server = await startPostgres({ log_statement: 'all', log_line_prefix: '%p ' });
  other = new pg.Client({ connectionString: server.url });
  await other.connect();
});
after(async () => {
  await other.end();
  await server.close();
});

const skip =
  process.env['CHATPUSH_TEST_POSTGRES'] !== undefined && 'the sessions of a given server are not ours to end';

async function sessions(): Promise<number[]> {
  const { rows } = await other.query<{ pid: number }>(
    `select pid from pg_stat_activity where application_name = 'chatpush'`,
  );
  return rows.map(({ pid }) => pid);
}

/** The sessions of the store once all are open, none of them among `ended`. */
async function allOpen(ended: readonly number[] = []): Promise<number[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const open = (await sessions()).filter((pid) => !ended.includes(pid));
    if (open.length === CONNECTIONS + LISTENING) return open;
    if (performance.now() > deadline)
      assert.fail(`${open.length} of ${CONNECTIONS + LISTENING} sessions are open`);
    await wait(100);
  }
}

test(
  'all connections are open before the first call, and again after the server has ended them',
  {
    skip,
  },
  async (t) => {
    const { schema, drop } = await createTestSchema(server.url);
    t.after(drop);
    const store = await openPostgresStore({ url: server.url, schema, connections: CONNECTIONS });
    t.after(() => store.close());
    const open = await allOpen();
    await other.query('select pg_terminate_backend(pid) from unnest($1::int[]) as pid', [open]);
    await allOpen(open);
    await store.close();
    assert.deepEqual(await sessions(), [], 'close ends all of them');
  },
);

/** The sessions that have run the prepared statement. */
const sessionsThatRan = (name: string): Set<string> =>
  new Set(
    server.log.filter((line) => line.includes(` execute ${name}: `)).map((line) => line.split(' ', 1)[0]!),
  );

test('a connection has run the statements of a message before its first call', { skip }, async (t) => {
  const { schema, drop } = await createTestSchema(server.url);
  t.after(drop);
  const store = await openPostgresStore({ url: server.url, schema, connections: CONNECTIONS });
  t.after(() => store.close());
  const open = await allOpen();
  const deadline = performance.now() + PATIENCE_MS;
  for (const name of ['contacts', 'enqueue']) {
    const ran = () => open.filter((pid) => sessionsThatRan(name).has(String(pid))).length;
    while (ran() < CONNECTIONS - OWN && performance.now() < deadline) await wait(100);
    assert.equal(ran(), CONNECTIONS - OWN, name);
  }
});
