import { after, before } from 'node:test';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import { conformance } from './conformance.ts';
import { createTestSchema } from './postgres-schema.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres();
});
after(() => server.close());

conformance({
  name: 'PostgreSQL',
  async open() {
    const { schema, setClockAhead, drop } = await createTestSchema(server.url);
    const options = { url: server.url, schema, connections: 8 };
    const [here, there] = [await openPostgresStore(options), await openPostgresStore(options)];
    // To noon: no test is to see midnight pass by chance.
    let aheadMs = 43_200_000 - (Date.now() % 86_400_000);
    await setClockAhead(aheadMs);
    return {
      stores: [here, there],
      advance(ms) {
        aheadMs += ms;
        return setClockAhead(aheadMs);
      },
      async close() {
        await Promise.all([here.close(), there.close()]);
        await drop();
      },
    };
  },
});
