// The promises, kept on PostgreSQL.
import { after } from 'node:test';
import { startPostgres } from '../store/postgres-server.ts';
import { keepsPromises } from './promises.ts';

const server = await startPostgres();

keepsPromises(() => `${server.url}&schema=promises_${process.pid}`);

// Hooks run in order: the service is gone by then.
after(() => server.close());
