// How many deliveries of each instance are waiting, as far as this node has counted: in memory, and in the store
// once a second.
import type { Outlet } from './outlet.ts';
import { parseLane } from './work.ts';

export interface Backlog {
  of(instanceId: string): number;
  /** `count` more were stored without a lease. */
  add(lane: string, count: number): void;
  /** Takes the current numbers from the outlets' lanes. */
  recount(outlets: Iterable<Outlet>): void;
}

export function createBacklog(): Backlog {
  let counts = new Map<string, number>();
  const add = (to: Map<string, number>, lane: string, count: number): void => {
    const { instanceId } = parseLane(lane);
    to.set(instanceId, (to.get(instanceId) ?? 0) + count);
  };
  return {
    of: (instanceId) => counts.get(instanceId) ?? 0,
    add: (lane, count) => add(counts, lane, count),
    recount: (outlets) => {
      const recounted = new Map<string, number>();
      for (const outlet of outlets)
        for (const { name, held, running, stored } of outlet.lanes())
          if (held.size + running + stored > 0) add(recounted, name, held.size + running + stored);
      counts = recounted;
    },
  };
}
