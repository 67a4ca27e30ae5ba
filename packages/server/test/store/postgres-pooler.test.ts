// PostgreSQL through Debian's pgbouncer: the whole contract in transaction mode, and what a pooler must not change.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { conformance } from './conformance.ts';
import { contactChange, newClaim, newDeliveries } from './conformance/harness.ts';
import { hasPgbouncer, keepsPrepared, startPgbouncer, type Pgbouncer } from './pgbouncer.ts';
import { openPostgresHarness } from './postgres-harness.ts';
import { createTestSchema } from './postgres-schema.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

const NONE = new Map<string, number>();

let server: PostgresServer;
let pooler: Pgbouncer;
const isThere = hasPgbouncer && process.env['CHATPUSH_TEST_POSTGRES'] === undefined;

if (isThere) {
  before(async () => {
    server = await startPostgres({}, { clockOfMachine: true });
    pooler = await startPgbouncer(server);
  });
  after(async () => {
    await pooler.close();
    await server.close();
  });

  conformance({
    name: 'PostgreSQL behind pgbouncer in transaction mode',
    open: () => openPostgresHarness(server.url, { url: pooler.url, direct: server.url }),
  });
  if (keepsPrepared)
    conformance({
      name: 'PostgreSQL behind pgbouncer, with prepared statements',
      open: () => openPostgresHarness(server.url, { url: pooler.url, direct: server.url, prepared: true }),
    });
}

test(
  'statements prepared under names are refused at start where the pooler would forget them',
  { skip: (!isThere && 'no pgbouncer here') || (keepsPrepared && 'this pgbouncer keeps them') },
  async () => {
    await assert.rejects(
      openPostgresStore({ url: pooler.url, schema: 'forgotten', prepared: true }),
      /The database .* cannot be used: CHATPUSH_POSTGRES_PREPARED is yes.*max_prepared_statements above 0/,
    );
  },
);

describe('a pooler', { skip: !isThere && 'pgbouncer is not installed (apt install pgbouncer)' }, () => {
  for (const mode of ['transaction', 'session'] as const)
    test(`in ${mode} mode: no table lands in another schema, and nothing stays set or prepared`, async (t) => {
      const own = await startPgbouncer(server, mode);
      t.after(() => own.close());
      const { schema, query, drop } = await createTestSchema(server.url);
      const store = await openPostgresStore({ url: own.url, schema });
      t.after(async () => {
        await store.close();
        await drop();
      });
      const contact = contactChange();
      assert.equal(await store.commit({ contact, claim: newClaim() }), 'committed');
      await store.beat('node', 60_000);
      assert.equal((await store.enqueue(newDeliveries(10), 'node', NONE)).length, 10);
      assert.equal(await store.sweep(100), false);
      const elsewhere = await query(
        `select schemaname, relname from pg_stat_user_tables where schemaname <> '${schema}' and schemaname not like 'test\\_%'`,
      );
      assert.deepEqual(elsewhere, []);
      // The session as the pooler's next client would find it.
      const { default: pg } = await import('pg');
      const next = new pg.Client({ connectionString: own.url });
      await next.connect();
      const { rows } = await next.query(
        `select current_setting('statement_timeout') as timeout, current_setting('search_path') as path,
          (select count(*)::int from pg_prepared_statements where name <> '') as prepared`,
      );
      await next.end();
      assert.deepEqual(rows, [{ timeout: '0', path: '"$user", public', prepared: 0 }]);
    });
});
