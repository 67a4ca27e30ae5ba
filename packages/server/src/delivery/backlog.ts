// How many deliveries wait, as far as this node has counted: in memory, and in the store once a second. Outlets learn
// the numbers of their lanes, and instances have limits on theirs.
import type { Clock } from '../clock.ts';
import type { Store, Waiting } from '../store/store.ts';
import type { Lane } from './lane.ts';
import type { Outlets } from './outlets.ts';
import { parseLane } from './work.ts';

/** A lane's due deliveries are usually counted up to this number: enough to know how many connections to open. */
const WAITING_CAP = 5_000;
/** One in this many counts goes up to an instance's limit, which takes the store 50 ms for a million deliveries. */
const COUNTS_PER_FULL_COUNT = 10;

export interface Backlog {
  of(instanceId: string): number;
  /** `count` more were stored without a lease. */
  add(lane: string, count: number): void;
  /** Counts due deliveries in the store, for the outlets. Returns the lanes without a configured channel, with their counts. */
  countStored(): Promise<Map<string, number>>;
  /** Takes the current numbers from the outlets' lanes. */
  recount(): void;
}

export function createBacklog(
  store: Store,
  outlets: Outlets,
  clock: Clock,
  /** The number up to which a lane's waiting deliveries are counted. */
  mostWaiting: () => number,
): Backlog {
  let counts = new Map<string, number>();
  let counted = 0;

  const addTo = (to: Map<string, number>, lane: string, count: number): void => {
    const { instanceId } = parseLane(lane);
    to.set(instanceId, (to.get(instanceId) ?? 0) + count);
  };

  /** Also finds the lanes in which nothing waits any more. */
  async function countFully(cap: number): Promise<Map<string, Waiting>> {
    const before = new Map<Lane, number>();
    for (const outlet of outlets.all()) for (const lane of outlet.lanes()) before.set(lane, lane.stored);
    const waiting = await store.waiting(cap);
    for (const outlet of outlets.all())
      for (const lane of outlet.lanes())
        // Unless deliveries came in during the count.
        if (!waiting.has(lane.name) && lane.stored === before.get(lane)) outlet.setStored(lane, 0);
    return waiting;
  }

  return {
    of: (instanceId) => counts.get(instanceId) ?? 0,
    add: (lane, count) => addTo(counts, lane, count),
    countStored: async () => {
      const isFull = counted++ % COUNTS_PER_FULL_COUNT === 0;
      const cap = isFull ? Math.max(WAITING_CAP, mostWaiting()) : WAITING_CAP;
      const waiting = await (isFull ? countFully(cap) : store.waiting(cap));
      const withoutChannel = new Map<string, number>();
      for (const [name, { count, dueForMs }] of waiting) {
        const outlet = outlets.of(name);
        if (!outlet) {
          withoutChannel.set(name, Math.min(count, WAITING_CAP));
          continue;
        }
        const lane = outlet.lane(name);
        lane.dueSince = clock.monotonic() - dueForMs;
        // At the cap, the true count is at least that; keep a higher count that is already known.
        outlet.setStored(lane, count < cap ? count : Math.max(count, lane.stored));
      }
      return withoutChannel;
    },
    recount: () => {
      const recounted = new Map<string, number>();
      for (const outlet of outlets.all())
        for (const { name, held, running, stored } of outlet.lanes()) {
          const count = held.size + running + stored;
          if (count > 0) addTo(recounted, name, count);
        }
      counts = recounted;
    },
  };
}
