import { after, before } from 'node:test';
import pg from 'pg';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { conformance } from './conformance.ts';
import { fresh } from './conformance/harness.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.close());

/** A schema of one's own, and the hands to move its clock. */
async function createSchema() {
  const schema = fresh(`test_${process.pid}`).replaceAll('-', '_');
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  return {
    schema,
    /** From now on the database's clock, as this schema sees it, is `ms` ahead. */
    setClockAhead: (ms: number) =>
      client.query(
        `create or replace function ${schema}.now_ms() returns bigint language sql stable as
           $$ select (extract(epoch from statement_timestamp()) * 1000)::bigint + ${ms} $$`,
      ),
    drop: async () => {
      await client.query(`drop schema ${schema} cascade`);
      await client.end();
    },
  };
}

conformance({
  name: 'PostgreSQL',
  async open() {
    const { schema, setClockAhead, drop } = await createSchema();
    const options = { url: server.url, schema, connections: 8 };
    const [here, there] = [await openPostgresStore(options), await openPostgresStore(options)];
    // To noon: no test is to see midnight pass.
    let aheadMs = 43_200_000 - (Date.now() % 86_400_000);
    await setClockAhead(aheadMs);
    return {
      stores: [here, there],
      async advance(ms) {
        aheadMs += ms;
        await setClockAhead(aheadMs);
      },
      async close() {
        await Promise.all([here.close(), there.close()]);
        await drop();
      },
    };
  },
});
