import { after, before } from 'node:test';
import { conformance } from './conformance.ts';
import { openPostgresHarness } from './postgres-harness.ts';
import { startPostgres, type PostgresServer } from './postgres-server.ts';

let server: PostgresServer;
before(async () => {
  server = await startPostgres({}, { clockOfMachine: true });
});
after(() => server.close());

conformance({ name: 'PostgreSQL', open: () => openPostgresHarness(server.url) });
