// The nemeses: what each does to the system, for how long, and where it applies. A strike lasts until it resolves. Long
// because it is one table.
import { setTimeout as wait } from 'node:timers/promises';
import type { FaultRule } from '@chatpush/emulator';
import type { NodeClock } from './clock.ts';
import type { Gateways } from './gateways.ts';
import type { Node } from './nodes.ts';
import type { CampaignStore } from './stores.ts';

export interface World {
  readonly nodes: readonly Node[];
  readonly store: CampaignStore;
  readonly gateways: Gateways;
  readonly random: () => number;
  /** Set if the nemesis changes the clock. */
  readonly clock?: NodeClock | undefined;
}

export interface Nemesis {
  /** A description for people. */
  readonly says: string;
  /** Whether it applies to this system. */
  readonly fits: (world: World) => boolean;
  readonly strike: (world: World) => Promise<void>;
  /** Whether nodes run on a clock that it sets. */
  readonly setsClock?: boolean;
  /** How long the system is left alone after a strike. */
  readonly calmMs: number;
  /** When the former rate must be back. Gateways add their own delays and the breaker's probe. */
  readonly recoversWithinSeconds: number;
  /** It can strike only once. */
  readonly isOnce?: true;
}

const CALM_MS = 16_000;
const RECOVERS_SECONDS = 15;
/** FCM asks for 10 s before any retry, and a breaker that has opened three times probes after up to 8 s. */
const GATEWAY_RECOVERS_SECONDS = 30;

/** The cluster is used for failover only. */
const plain = ({ store }: World): boolean => store.failOver === undefined;
const onPostgres = ({ store }: World): boolean => store.postgres !== undefined;

const oneOf = <T>(items: readonly T[], random: () => number): T =>
  items[Math.floor(random() * items.length)]!;

type Actor = (world: World) => void | Promise<void>;

/** Applies a fault, waits, and undoes it. */
const during =
  (ms: number, begin: Actor, end: Actor) =>
  async (world: World): Promise<void> => {
    await begin(world);
    try {
      await wait(ms);
    } finally {
      await end(world);
    }
  };

const ofNodes = (says: string, strike: Nemesis['strike']): Nemesis => ({
  says,
  fits: plain,
  strike,
  calmMs: CALM_MS,
  recoversWithinSeconds: RECOVERS_SECONDS,
});

const ofPostgres = (says: string, strike: Nemesis['strike']): Nemesis => ({
  ...ofNodes(says, strike),
  fits: onPostgres,
});

const ofNats = (says: string, strike: Nemesis['strike']): Nemesis => ({
  ...ofNodes(says, strike),
  fits: ({ store }) => store.nats !== undefined,
});

const SERVERS = [0, 1, 2] as const;

/** A server is down for as long as a service manager takes to restart it. */
async function killServer({ store }: World, server: number): Promise<void> {
  await store.nats!.servers.kill(server);
  await wait(2_000);
  await store.nats!.servers.start(server);
}

const ofWay = (says: string, strike: Nemesis['strike']): Nemesis => ({
  ...ofNodes(says, strike),
  fits: ({ store }) => store.way !== undefined,
});

const ofGateways = (says: string, strike: Nemesis['strike']): Nemesis => ({
  ...ofNodes(says, strike),
  calmMs: 2 * CALM_MS,
  recoversWithinSeconds: GATEWAY_RECOVERS_SECONDS,
});

/** The same rule at both gateways, which share no code. */
const bothGateways = (rule: Omit<FaultRule, 'gateway'>): FaultRule[] => [
  { gateway: 'apns', ...rule },
  { gateway: 'fcm', ...rule },
];

const faulty = (ms: number, rules: readonly FaultRule[]): Nemesis['strike'] =>
  during(
    ms,
    ({ gateways }) => gateways.setFaults(rules),
    ({ gateways }) => gateways.setFaults([]),
  );

const HOUR_SECONDS = 3_600;

/** At each step some deliveries wait for another attempt, so that their due times are on the wrong side of the step. */
async function setClocks({ clock, store, gateways }: World): Promise<void> {
  await gateways.setFaults(bothGateways({ fault: 'http', status: 503, probability: 0.2 }));
  try {
    for (const aheadSeconds of [-HOUR_SECONDS, 0, HOUR_SECONDS, 0]) {
      clock!.set(aheadSeconds);
      await store.postgres?.setClock(aheadSeconds);
      await wait(4_000);
    }
  } finally {
    await gateways.setFaults([]);
  }
}

/** Each of these on one request in a hundred. */
const GOAWAYS: readonly Omit<FaultRule, 'gateway'>[] = [
  { fault: 'goaway' },
  { fault: 'goaway', twice: true },
  { fault: 'goaway', refuse: true },
  { fault: 'goaway', code: 2 },
  { fault: 'goaway', code: 2, serve: true },
  { fault: 'goaway', code: 11 },
  { fault: 'goaway', code: 11, serve: true },
  { fault: 'goaway', refuse: true, twice: true },
];

export const NEMESES: Readonly<Record<string, Nemesis>> = {
  none: { ...ofNodes('nothing, for comparison', () => wait(1_000)), recoversWithinSeconds: 5 },
  kill: {
    ...ofNodes('kill -9 of a random node, restarted immediately', async ({ nodes, random }) => {
      const node = oneOf(nodes, random);
      await node.kill();
      await node.start();
    }),
    calmMs: 10_000,
  },
  zombie: ofNodes(
    'SIGSTOP of a random node for 14 s, past its lease, then SIGCONT',
    async ({ nodes, random }) => {
      const node = oneOf(nodes, random);
      node.freeze();
      await wait(14_000);
      node.thaw();
    },
  ),
  rolling: ofNodes('SIGTERM of each node in turn, each restarted', async ({ nodes }) => {
    for (const node of nodes) {
      await node.stop();
      await node.start();
    }
  }),
  clock: {
    ...ofGateways(
      'all clocks an hour back, then an hour ahead, while gateways answer 503 to some requests',
      setClocks,
    ),
    fits: ({ clock }) => clock !== undefined,
    setsClock: true,
  },
  'disk-full': {
    ...ofNodes(
      'no space on SQLite’s file system for 6 s',
      during(
        6_000,
        ({ store }) => store.disk!.fill(),
        ({ store }) => store.disk!.empty(),
      ),
    ),
    fits: ({ store }) => store.disk !== undefined,
  },
  promote: {
    ...ofNodes('the primary killed and its synchronous standby promoted', ({ store }) => store.failOver!()),
    fits: ({ store }) => store.failOver !== undefined,
    isOnce: true,
  },
  'restart-fast': ofPostgres(
    'PostgreSQL stopped in fast mode for 3 s',
    during(
      3_000,
      ({ store }) => store.postgres!.server.pause('fast'),
      ({ store }) => store.postgres!.server.resume(),
    ),
  ),
  'restart-immediate': ofPostgres(
    'PostgreSQL stopped in immediate mode, as in a crash, for 3 s',
    during(
      3_000,
      ({ store }) => store.postgres!.server.pause('immediate'),
      ({ store }) => store.postgres!.server.resume(),
    ),
  ),
  terminate: {
    ...ofPostgres('every session of the nodes terminated, three times in a row', async ({ store }) => {
      for (let round = 0; round < 3; round++) {
        await store.postgres!.terminate();
        await wait(300);
      }
    }),
    calmMs: 6_000,
  },
  'freeze-database': ofPostgres(
    'PostgreSQL frozen for 8 s',
    during(
      8_000,
      ({ store }) => store.postgres!.server.freeze(),
      ({ store }) => store.postgres!.server.thaw(),
    ),
  ),
  exhaust: ofPostgres('all connections used by another client for 6 s', async ({ store }) => {
    const giveBack = await store.postgres!.exhaust();
    await wait(6_000);
    await giveBack();
  }),
  'read-only': ofPostgres(
    'the database read-only for 6 s',
    during(
      6_000,
      ({ store }) => store.postgres!.setReadOnly(true),
      ({ store }) => store.postgres!.setReadOnly(false),
    ),
  ),
  'kill-server': ofNats('kill -9 of a random NATS server, restarted after 2 s', (world) =>
    killServer(world, oneOf(SERVERS, world.random)),
  ),
  'kill-leader': ofNats('kill -9 of the NATS server that leads a shard’s stream', async (world) =>
    killServer(world, await world.store.nats!.leader(world.random)),
  ),
  'kill-server-and-node': ofNats('kill -9 of a NATS server and of a node at once', async (world) => {
    const node = oneOf(world.nodes, world.random);
    await Promise.all([killServer(world, oneOf(SERVERS, world.random)), node.kill()]);
    await node.start();
  }),
  'freeze-server': ofNats('the NATS server that leads a shard’s stream frozen for 8 s', async (world) => {
    const nats = world.store.nats!;
    const server = await nats.leader(world.random);
    await during(
      8_000,
      () => nats.servers.freeze(server),
      () => nats.servers.thaw(server),
    )(world);
  }),
  'cut-servers': ofNats('the network between two NATS servers cut for 8 s', async ({ store, random }) => {
    const apart = oneOf(SERVERS, random);
    const [one = 0, other = 1] = SERVERS.filter((server) => server !== apart);
    const heal = store.nats!.cutBetween(one, other);
    await wait(8_000);
    heal();
  }),
  'cut-database': ofWay(
    'the network to the database cut for 4 s',
    during(
      4_000,
      ({ store }) => store.way!.cut(),
      ({ store }) => store.way!.heal(),
    ),
  ),
  'half-open-database': ofWay('every connection to the database silent; new ones work', ({ store }) => {
    store.way!.halfOpen();
    return Promise.resolve();
  }),
  'cut-gateways': ofGateways(
    'the network to both gateways cut for 5 s',
    during(
      5_000,
      ({ gateways }) => gateways.ways.forEach((way) => way.cut()),
      ({ gateways }) => gateways.ways.forEach((way) => way.heal()),
    ),
  ),
  'half-open-gateways': ofGateways(
    'every connection to the gateways silent; new ones work',
    ({ gateways }) => {
      for (const way of gateways.ways) way.halfOpen();
      return Promise.resolve();
    },
  ),
  storm: ofGateways(
    '503 to everything at both gateways for 8 s',
    faulty(8_000, bothGateways({ fault: 'http', status: 503 })),
  ),
  goaway: ofGateways(
    'GOAWAY in eight forms, each on one request in a hundred, for 10 s',
    faulty(
      10_000,
      GOAWAYS.flatMap((rule) => bothGateways({ ...rule, probability: 0.01 })),
    ),
  ),
  'answer-lost': ofGateways(
    'one answer in twenty lost after the phone got the push, for 10 s',
    faulty(
      10_000,
      (['stream', 'rst', 'fin'] as const).flatMap((by) =>
        bothGateways({ fault: 'answer-lost', by, probability: by === 'stream' ? 0.03 : 0.01 }),
      ),
    ),
  ),
  'silent-gateway': ofGateways(
    'both gateways accept requests and never answer, for 8 s',
    faulty(8_000, bothGateways({ fault: 'black-hole' })),
  ),
};
