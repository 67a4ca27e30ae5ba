// Three NATS servers, and the faults that can be injected while nodes use them.
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { startNats, type NatsServers } from '../packages/server/test/store/nats-servers.ts';
import type { CampaignStore } from './stores.ts';
import { startTcpProxy, type TcpProxy } from './tcp-proxy.ts';

export interface NatsFaults {
  readonly servers: NatsServers;
  /** The server that leads the stream of one of the shards. */
  leader(random: () => number): Promise<number>;
  /** Cuts the connection between two servers in both directions; the third reaches both. Returns the function that heals it. */
  cutBetween(one: number, other: number): () => void;
}

const SHARDS = 2;

/** Every write is on disk before it is acknowledged, as in production. */
export async function openNats(): Promise<CampaignStore> {
  const ways = new Map<string, TcpProxy>();
  const servers = await startNats({
    count: 3,
    isSynced: true,
    routeThrough: async (from, to, port) => {
      const way = await startTcpProxy({ host: '127.0.0.1', port });
      ways.set(`${from}-${to}`, way);
      return way.port;
    },
  });

  async function leader(random: () => number): Promise<number> {
    const nats = await connect({ servers: [...servers.addresses] });
    try {
      const manager = await jetstreamManager(nats);
      const { cluster } = await manager.streams.info(`chatpush-${Math.floor(random() * SHARDS)}`);
      return servers.numberOf(cluster?.leader ?? '');
    } finally {
      await nats.close();
    }
  }

  return {
    environment: { CHATPUSH_STORE: `${servers.url}?shards=${SHARDS}` },
    nats: {
      servers,
      leader,
      cutBetween(one, other) {
        const between = [ways.get(`${one}-${other}`)!, ways.get(`${other}-${one}`)!];
        for (const way of between) way.cut();
        return () => between.forEach((way) => way.heal());
      },
    },
    close: async () => {
      await servers.close();
      await Promise.all([...ways.values()].map((way) => way.close()));
    },
  };
}
