// The store contract on new servers. One file for each number of servers, so that they run in parallel.
import { after, before } from 'node:test';
import { conformance } from './conformance.ts';
import { openJetStreamHarness } from './jetstream-harness.ts';
import { startNats, type NatsServers } from './nats-servers.ts';

export function jetStreamConformance(count: 1 | 3): void {
  let servers: NatsServers;
  before(async () => {
    servers = await startNats({ count });
  });
  after(() => servers.close());

  conformance({
    name: `JetStream, ${count} ${count === 1 ? 'replica' : 'replicas'}`,
    open: () => openJetStreamHarness(servers),
  });
}
