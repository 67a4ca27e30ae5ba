// One gateway with the lanes that share it, its breaker, and the rule for which lane is next.
//
// Several lanes share a gateway when several instances use the same channel of an application. They take turns, so
// that a lane with 100,000 waiting deliveries leaves every other lane its share of the streams.
import type { Gateway } from '../gateways/gateway.ts';
import type { Breaker } from './breaker.ts';
import { createLane } from './lane.ts';
import type { Held, Lane } from './lane.ts';
import { newHealth } from './gateway-health.ts';
import type { GatewayHealth, Standing } from './gateway-health.ts';
import type { Pace } from './pace.ts';
import type { PausedDevices } from './paused-devices.ts';
import type { Quarantine } from './quarantine.ts';

/**
 * Every lane of a healthy gateway may hold this many deliveries, also while other lanes use all room, and while an
 * idle connection must first answer a PING. Otherwise a single message must be claimed and read again, and those of
 * the next moment after it: in a flood this took seconds.
 */
const LEAST_ROOM = 16;
/** How many deliveries are claimed at once: more would let the next claim wait too long. */
const MOST_CLAIMED = 2_000;
/** A lane with at most this many waiting deliveries has few. */
const FEW = 32;
const MORE_THAN_COUNTED = 16;

export interface Outlet {
  readonly channel: { readonly applicationArn: string; readonly deviceType: string };
  readonly gateway: Gateway;
  readonly family: 'apns' | 'fcm';
  readonly breaker: Breaker;
  /**
   * Replaces the gateway, with a new breaker. Running attempts end on the gateway where they began, and count for
   * its breaker.
   */
  replace(gateway: Gateway, breaker: Breaker): void;
  readonly quarantine: Quarantine;
  readonly pausedDevices: PausedDevices;
  readonly pace: Pace;
  /** Running attempts on this gateway. */
  running: number;
  /** Deliveries promised to store calls that are running. */
  reserved: number;
  /** Pushes that are not stored and wait for a stream. */
  direct: number;
  /** Deliveries in memory that wait for a stream. */
  readonly held: number;
  /** About how many due deliveries the store has for its lanes. */
  readonly stored: number;
  /** Monotonic time at which it last accepted an attempt or was busy with one. */
  workedAt: number;
  /** Monotonic time at which its lanes were last checked for expired deliveries, or did not need it. */
  reviewedAt: number;
  /** What is known of the gateway's health; a new gateway starts with nothing. */
  readonly health: GatewayHealth;
  /** Set during an outage. */
  outage: Standing | undefined;
  /** Monotonic time of the last warning. */
  outageToldAt: number;
  lane(name: string): Lane;
  lanes(): Iterable<Lane>;
  /**
   * How many more attempts this gateway could take, now and within the next moment, besides what is already held
   * and promised.
   */
  room(): number;
  /** How many new deliveries of a lane may be leased to it on arrival. */
  roomFor(lane: Lane): number;
  /**
   * How the room is shared among lanes with work in the store that are not being claimed: only those with few
   * deliveries there, or only the others. Empty while there is too little room to ask for.
   */
  shares(which: 'few' | 'many'): Map<Lane, number>;
  /** Records about how many due deliveries the store has for a lane. */
  setStored(lane: Lane, count: number): void;
  /** Puts a delivery into its lane. */
  hold(held: Held, where: 'front' | 'back'): void;
  /** The next delivery in turn, or undefined if none is held. */
  next(): { lane: Lane; held: Held } | undefined;
  /** Removes every held delivery from every lane. */
  drain(): Held[];
  /**
   * Monotonic time since which the oldest has waited, here or (as far as known) in the store; for a retry, when it is
   * due. Infinity: nothing is waiting.
   */
  readonly waitingSince: number;
  /** Tells the gateway how many attempts are waiting, here and (as far as is known) in the store. */
  announce(): void;
  /** Drops idle lanes. */
  forgetIdle(): void;
}

export function createOutlet(
  channel: Outlet['channel'],
  firstGateway: Gateway,
  family: 'apns' | 'fcm',
  firstBreaker: Breaker,
  quarantine: Quarantine,
  pausedDevices: PausedDevices,
  pace: Pace,
  /** The current monotonic time. */
  openedAt: number,
): Outlet {
  let gateway = firstGateway;
  let breaker = firstBreaker;
  const lanes = new Map<string, Lane>();
  /** The lanes that hold something, in turn, and which of them is next. */
  const turns: Lane[] = [];
  let turn = 0;
  let held = 0;
  let stored = 0;
  let asked = 0;

  let health = newHealth();

  const outlet: Outlet = {
    channel,
    get gateway() {
      return gateway;
    },
    family,
    get breaker() {
      return breaker;
    },
    replace: (other, itsBreaker) => {
      gateway = other;
      breaker = itsBreaker;
      health = newHealth();
    },
    quarantine,
    pausedDevices,
    pace,
    running: 0,
    reserved: 0,
    direct: 0,
    get held() {
      return held;
    },
    get stored() {
      return stored;
    },
    get health() {
      return health;
    },
    outage: undefined,
    outageToldAt: -Infinity,
    workedAt: openedAt,
    reviewedAt: openedAt,
    lane: (name) => {
      let lane = lanes.get(name);
      if (!lane) lanes.set(name, (lane = createLane(name)));
      return lane;
    },
    lanes: () => lanes.values(),
    room: () => {
      const isTrusted = breaker.state === 'closed' && health.trouble === undefined;
      const ahead = isTrusted ? pace.ahead : 0;
      const free = Math.min(gateway.credit, breaker.allows(outlet.running));
      return Math.max(0, free + ahead - held - outlet.reserved);
    },
    roomFor: (lane) => {
      // Older work of the lane goes first. New work gets the room that is left once that has been claimed, and no
      // lease as long as the store still has some.
      const older = Math.max(0, lane.stored - lane.claiming);
      const isHealthy =
        breaker.state === 'closed' && outlet.outage === undefined && health.trouble === undefined;
      const least = isHealthy ? LEAST_ROOM - lane.held.size - lane.reserved : 0;
      return Math.max(0, Math.max(outlet.room(), least) - older);
    },
    shares: (which) => {
      const shares = new Map<Lane, number>();
      let room = stored > 0 ? Math.min(outlet.room(), MOST_CLAIMED) : 0;
      // While there is something to send, asking for a few of many would cost the store a commit for each few.
      const isEnough = which === 'few' || held === 0 || room >= Math.min(stored, pace.ahead / 10);
      if (room === 0 || !isEnough) return shares;
      // There may be more lanes than room: lanes that got nothing now are first next time.
      const waiting = [...lanes.values()]
        .filter(
          (lane) => lane.stored > 0 && lane.claiming === 0 && which === (lane.stored > FEW ? 'many' : 'few'),
        )
        .sort((a, b) => a.asked - b.asked);
      for (const [index, lane] of waiting.entries()) {
        if (room === 0) break;
        // The count is an estimate. Getting less than it asked for shows that the lane has no more.
        const share = Math.min(Math.ceil(room / (waiting.length - index)), lane.stored + MORE_THAN_COUNTED);
        lane.asked = ++asked;
        shares.set(lane, share);
        room -= share;
      }
      return shares;
    },
    hold: (item, where) => {
      // Looked up by name: a lane that was idle while its delivery was being claimed may have been dropped
      // meanwhile.
      const lane = outlet.lane(item.delivery.lane);
      if (lane.held.size === 0) turns.push(lane);
      if (where === 'front') lane.held.unshift(item);
      else lane.held.push(item);
      held++;
    },
    next: () => {
      if (turn >= turns.length) turn = 0;
      const lane = turns[turn];
      const item = lane?.held.shift();
      if (lane === undefined || item === undefined) return undefined;
      held--;
      if (lane.held.size > 0) turn++;
      else turns.splice(turn, 1);
      return { lane, held: item };
    },
    drain: () => {
      const all = [...lanes.values()].flatMap((lane) => lane.held.drain());
      held = 0;
      turns.length = 0;
      return all;
    },
    get waitingSince() {
      let since = Infinity;
      for (const lane of lanes.values()) {
        const { first } = lane.held;
        if (first) since = Math.min(since, first.sentBefore > 0 ? first.freshAt : first.acceptedAt);
        if (lane.stored > 0) since = Math.min(since, lane.dueSince);
      }
      return since;
    },
    setStored: (lane, count) => {
      stored += count - lane.stored;
      lane.stored = count;
    },
    announce: () => {
      gateway.want(breaker.state === 'open' ? 0 : held + stored + outlet.direct);
    },
    forgetIdle: () => {
      for (const [name, lane] of lanes)
        if (lane.held.size === 0 && lane.running === 0 && lane.reserved === 0 && lane.stored === 0)
          lanes.delete(name);
    },
  };
  return outlet;
}
