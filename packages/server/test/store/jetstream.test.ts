import { after, before, describe } from 'node:test';
import { conformance } from './conformance.ts';
import { openJetStreamHarness } from './jetstream-harness.ts';
import { startNats, type NatsServers } from './nats-servers.ts';

for (const count of [1, 3] as const)
  describe(`${count} ${count === 1 ? 'server' : 'servers'}`, () => {
    let servers: NatsServers;
    before(async () => {
      servers = await startNats({ count });
    });
    after(() => servers.close());

    conformance({
      name: `JetStream, ${count} ${count === 1 ? 'replica' : 'replicas'}`,
      open: () => openJetStreamHarness(servers),
    });
  });
