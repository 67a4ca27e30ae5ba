// The JetStream fixture of the conformance suite: two nodes on new streams, with a movable clock.
import { randomBytes } from 'node:crypto';
import { readNatsUrl, type NatsAddress } from '../../src/addresses/nats-url.ts';
import { openJetStreamStore } from '../../src/store/jetstream/jetstream-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { Harness } from './conformance/harness.ts';
import type { NatsServers } from './nats-servers.ts';

/** New streams. */
export function newAddress({ url, count }: NatsServers, parameters = ''): NatsAddress {
  const prefix = `test-${randomBytes(6).toString('hex')}`;
  const address = readNatsUrl(`${url}?prefix=${prefix}&shards=2&replicas=${count}${parameters}`);
  if (typeof address === 'string') throw new Error(`The URL ${address}.`);
  return address;
}

/** Servers tell one another who listens, in their own time: until then a hint is lost, which it may be, but for its tests. */
async function hear(from: Store, to: Store): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = to.onHint(() => resolve());
  const again = setInterval(() => from.hint('work', 'is-heard'), 10);
  await promise;
  clearInterval(again);
  stop();
}

export async function openJetStreamHarness(servers: NatsServers): Promise<Harness> {
  const address = newAddress(servers);
  // To noon, so that no test crosses midnight by chance.
  let aheadMs = 43_200_000 - (Date.now() % 86_400_000);
  let setBackMs = 0;
  const clock = {
    now: () => Date.now() + aheadMs - setBackMs,
    monotonic: () => performance.now() + aheadMs,
  };
  const [here, there] = [
    await openJetStreamStore({ address, clock }),
    await openJetStreamStore({ address, clock }),
  ];
  await hear(here, there);
  await hear(there, here);
  return {
    stores: [here, there],
    advance: async (ms) => void (aheadMs += ms),
    setBack: async (ms) => void (setBackMs += ms),
    async close() {
      await Promise.all([here.close(), there.close()]);
    },
  };
}
