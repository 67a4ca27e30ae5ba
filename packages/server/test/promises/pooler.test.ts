// The promises, kept on PostgreSQL behind pgbouncer in transaction mode, with no connection past it.
import { after, test } from 'node:test';
import { hasPgbouncer, startPgbouncer } from '../store/pgbouncer.ts';
import { startPostgres } from '../store/postgres-server.ts';
import { keepsPromises } from './promises.ts';

if (hasPgbouncer && process.env['CHATPUSH_TEST_POSTGRES'] === undefined) {
  const server = await startPostgres();
  const pooler = await startPgbouncer(server);

  keepsPromises(() => `${pooler.url}&schema=promises_${process.pid}`);

  // Hooks run in order: the service is gone by then.
  after(async () => {
    await pooler.close();
    await server.close();
  });
} else
  test('promises behind a pooler', { skip: 'no pgbouncer here (apt install pgbouncer)' }, () => undefined);
