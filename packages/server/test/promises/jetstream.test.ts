// The promises, kept on NATS JetStream with three replicas.
import { after } from 'node:test';
import { startNats } from '../store/nats-servers.ts';
import { keepsPromises } from './promises.ts';

const servers = await startNats({ count: 3 });

keepsPromises(() => `${servers.url}?prefix=promises-${process.pid}&shards=2`);

// Hooks run in order: the service is gone by then.
after(() => servers.close());
