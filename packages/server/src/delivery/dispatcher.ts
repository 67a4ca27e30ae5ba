// The dispatcher: passes leased deliveries to their gateways, and claims more from the store when a gateway has
// room.
//
//   enqueue ──leased──► held in its lane ──pump──► gateway ──outcome──► settler ──► store
//                          ▲                                              │
//      store ──claim───────┘◄─────── due again ◄──────────────────────────┘
//
// A push normally needs no claim: enqueue leases it to this node within the room that `reserve` promised.
// Everything else comes through claims.ts. Wake-ups are only hints: only a claim decides, and each node polls every
// second anyway.
import type { Clock } from '../clock.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { Outcome, Trouble } from '../gateways/gateway.ts';
import { createTurns } from '../fairness/turns.ts';
import type { Turns } from '../fairness/turns.ts';
import type { ContactKey, Store } from '../store/store.ts';
import { createAttemptTurns } from './attempts-per-turn.ts';
import { createBacklog } from './backlog.ts';
import { createClaims } from './claims.ts';
import { createDirect } from './direct.ts';
import type { SendDirect } from './direct.ts';
import { statusOf } from './gateway-status.ts';
import type { GatewayStatus } from './gateway-status.ts';
import { createHolding, toHeld } from './holding.ts';
import type { Held } from './lane.ts';
import { createNodeLease } from './node-lease.ts';
import type { Intake } from './notify.ts';
import { createOutages } from './outages.ts';
import type { Outage } from './outages.ts';
import type { Outlet } from './outlet.ts';
import { REMOVED, createOutlets } from './outlets.ts';
import type { ChannelVersion, OpenGateway } from './outlets.ts';
import { createRevoked } from './revoked.ts';
import { end, pump } from './sending.ts';
import type { SendingContext, TokenRefused } from './sending.ts';
import { laneOf } from './work.ts';
import { createSettler } from './settler.ts';

/** What the dispatcher reports to the rest of the process; calls must not throw. */
export interface DispatcherEvents {
  /** `sinceAcceptedMs`: from the commit of the delivery to the end of this attempt, which began `at`. */
  attempt(
    channel: Outlet['channel'],
    gateway: string,
    outcome: Outcome,
    held: Held,
    at: number,
    sinceAcceptedMs: number,
  ): void;
  /** A gateway answered that a token is dead, or seems to be: the contact's rules decide about the registration. */
  readonly tokenRefused: TokenRefused;
  /** So many device tokens are refused that no registration is removed or suspended for now; undefined: no longer. */
  doubted(channel: string, share: { readonly refused: number; readonly of: number } | undefined): void;
  /** A connection to a gateway, or an access token, could not be obtained. */
  connectFailed(gateway: string, about: Trouble['about']): void;
  /** A channel cannot send: called when that begins (`isNew`), and every minute while it lasts. */
  outage(outage: Outage, isNew: boolean): void;
  outageOver(outage: Outage): void;
  /** A store call failed; it is retried. */
  storeFailed(what: string, error: unknown): void;
  /** Deliveries of a contact wait because it cannot be read; reported once, until it could be read again. */
  unreadable(contact: ContactKey): void;
  /** Deliveries could not be settled because their leases had ended: another node has them. */
  lost(deliveryIds: readonly string[]): void;
}

export interface Dispatcher extends Intake {
  /** The name under which this process leases deliveries. */
  readonly node: string;
  /** Whether attempts may begin under that name; false after an eviction, until there is a new one. */
  readonly holdsLease: boolean;
  /** Acquires its lease and begins to look for work. */
  start(): Promise<void>;
  /** From now on, no attempt for this registration or of this delivery begins. */
  revoke(registrationOrDeliveryId: string): void;
  /** Tries a push that is not stored. */
  readonly sendDirect: SendDirect;
  /** There may be due work. */
  wake(): void;
  /** Channels may have changed: new attempts use the new ones, running attempts end on the old ones. */
  refreshChannels(): void;
  /** The gateways in use and their state, for pages and probes. */
  status(): GatewayStatus[];
  /**
   * About how many deliveries of an instance are waiting; counted in the store every second, or every 10 seconds
   * beyond 5,000.
   */
  waitingOf(instanceId: string): number;
  /** The channels that cannot send now, and why. */
  outages(): Outage[];
  /** Begins no new attempts and gives running ones `graceMs`; everything is settled and the leases are released. */
  stop(graceMs: number): Promise<void>;
}

export function createDispatcher(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly openGateway: OpenGateway;
  /** Default: channels never change. */
  readonly channelVersion?: ChannelVersion;
  readonly fingerprintOf: ChannelFingerprint;
  /** Up to which number a lane's waiting deliveries are counted. Default: a few thousand. */
  readonly mostWaiting?: () => number;
  readonly events: DispatcherEvents;
  /** The turns of the whole process. Default: its own. */
  readonly turns?: Turns;
  /** What operators see of this node. */
  readonly about?: string;
  /** In [0, 1), for jitter. */
  readonly random?: () => number;
}): Dispatcher {
  const { store, clock, events } = options;
  const random = options.random ?? Math.random;
  const revoked = createRevoked(clock);
  let stopping = false;

  /** The gateway may have capacity: sends what is held, and asks the store for more. */
  const proceed = (outlet: Outlet): void => {
    pump(context, outlet);
    if (outlet.stored > 0) claims.claim();
  };
  /** Outlets with attempts that ended in this run of microtasks: mostly the answers of one read. */
  const ended = new Set<Outlet>();
  const goOn = (): void => {
    const outlets = [...ended];
    ended.clear();
    for (const outlet of outlets) proceed(outlet);
  };
  const outlets = createOutlets({ channelVersion: () => 'the only one', ...options }, clock, random, {
    credit: (outlet) => {
      direct.serve(outlet);
      proceed(outlet);
    },
    doubted: (channel, share) => events.doubted(channel, share),
    trouble: (outlet) => {
      const { trouble } = outlet.health;
      if (trouble) events.connectFailed(outlet.gateway.name, trouble.about);
      outages.look(outlet);
    },
  });
  const outages = createOutages(clock, () => outlets.all(), {
    outage: (outage, isNew) => events.outage(outage, isNew),
    over: (outage) => events.outageOver(outage),
  });
  const direct = createDirect((channel) => outlets.of(laneOf({ instanceId: '', ...channel })), clock);
  const lease = createNodeLease(
    store,
    clock,
    {
      isQuiet: () => settler.pending === 0 && [...outlets.all()].every(({ running }) => running === 0),
      over: () => {
        for (const outlet of outlets.all()) outlet.drain();
      },
      failed: (error) => events.storeFailed('beat', error),
    },
    options.about,
  );
  const settler = createSettler(store, () => lease.name, {
    stored: (batch, lost) => {
      if (lost.length > 0) events.lost(lost);
      for (const { to } of batch) if (to.status === 'queued') claims.dueIn(to.dueInMs);
    },
    failed: (what, error) => events.storeFailed(what, error),
  });
  const context: SendingContext = {
    clock,
    random,
    lease,
    revoked,
    settler,
    turns: createAttemptTurns(
      (outlet) => pump(context, outlet),
      () => clock.monotonic(),
    ),
    stopping: () => stopping,
    stale: (held) => holding.recheck(held),
    tokenRefused: events.tokenRefused,
    look: (outlet) => outages.look(outlet),
    observe: (channel, gateway, outcome, held, at) =>
      events.attempt(channel, gateway, outcome, held, at, clock.monotonic() - held.acceptedAt),
    ended: (outlet) => {
      if (ended.size === 0) queueMicrotask(goOn);
      ended.add(outlet);
    },
  };
  const backlog = createBacklog(store, outlets, clock, options.mostWaiting ?? (() => 0));
  const holding = createHolding({
    store,
    clock,
    outlets,
    turns: options.turns ?? createTurns(),
    fingerprintOf: options.fingerprintOf,
    context: () => context,
    storeFailed: (what, error) => events.storeFailed(what, error),
    unreadable: (contact) => events.unreadable(contact),
  });
  const claims = createClaims({
    store,
    clock,
    lease,
    outlets,
    backlog,
    holding,
    context: () => context,
    storeFailed: (what, error) => events.storeFailed(what, error),
  });

  return {
    get node() {
      return lease.name;
    },
    get holdsLease() {
      return lease.holds();
    },
    start: async () => {
      await lease.beat();
      claims.start();
    },
    revoke: (id) => revoked.add(id),
    sendDirect: direct.send,
    wake: () => claims.poll(),
    refreshChannels: () => {
      const { changed, removed } = outlets.refresh();
      for (const outlet of changed) pump(context, outlet);
      for (const outlet of removed) {
        for (const held of outlet.drain())
          end(context, held, { status: 'queued', dueInMs: 0, reason: 'channel-not-configured' });
        for (const lane of outlet.lanes()) outlet.setStored(lane, 0);
      }
      // Deliveries waiting in the store for a new channel are sent; those of a removed channel record the reason.
      claims.poll();
    },
    reserve: (wanted) => {
      const given = new Map<string, number>();
      if (stopping || !lease.holds()) return given;
      for (const [name, count] of wanted) {
        const outlet = outlets.of(name);
        if (!outlet) continue;
        const lane = outlet.lane(name);
        const room = Math.min(count, outlet.roomFor(lane));
        if (room === 0) continue;
        lane.reserved += room;
        outlet.reserved += room;
        given.set(name, room);
      }
      return given;
    },
    doubt: (node) => lease.doubt(node),
    handOver: (reserved, leased, queued, readAt, node) => {
      const now = clock.monotonic();
      const touched = new Set<Outlet>();
      for (const [name, count] of reserved) {
        const outlet = outlets.known(name);
        outlet.lane(name).reserved -= count;
        outlet.reserved -= count;
        touched.add(outlet);
      }
      let lane: string | undefined;
      let outlet: Outlet | undefined;
      for (const delivery of leased) {
        // Most of a batch uses the same lane.
        if (outlet === undefined || delivery.lane !== lane) outlet = outlets.known((lane = delivery.lane));
        outlet.hold(toHeld(delivery.head, delivery.ready, node, 0, now, readAt), 'back');
      }
      for (const [name, count] of queued) {
        backlog.add(name, count);
        const outlet = outlets.of(name);
        const lane = outlet?.lane(name);
        if (outlet && lane) outlet.setStored(lane, lane.stored + count);
        else claims.poll();
      }
      for (const outlet of touched) pump(context, outlet);
      if (queued.size > 0) claims.claim();
    },
    waitingOf: (instanceId) => backlog.of(instanceId),
    outages: () => outages.present(),
    status: () =>
      [...outlets.all()]
        .filter(({ gateway }) => gateway !== REMOVED)
        .map((outlet) => statusOf(outlet, clock.monotonic())),
    stop: async (graceMs) => {
      stopping = true;
      direct.stop();
      await claims.stop();
      for (const outlet of outlets.all())
        for (const held of outlet.drain())
          end(context, held, { status: 'queued', dueInMs: 0, reason: 'node-stopped' });
      await outlets.close(graceMs);
      await lease.stop();
      try {
        await settler.flush(5_000);
        await store.leave(lease.name);
      } catch (error) {
        // The lease expires by itself, and settling a delivery twice is harmless.
        events.storeFailed('stop', error);
      }
    },
  };
}
