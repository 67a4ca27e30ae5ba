// How many deliveries began in each minute, and how many of them are undelivered by now.
//
// The first number of a past minute no longer changes, so each node counts it once and caches it: if a page asks
// every few seconds, the store counts only the last minutes. Undelivered ones increase for hours, but are few.
import type { Input, Output } from '@chatpush/wire';
import type { OperationDependencies } from './dependencies.ts';

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 60;
/** Minutes that one call of the store counts: each row in them costs it 50 ns. */
const AT_ONCE = 5;
/** A minute is over for every clock and every running call once it ended this many minutes ago. */
const OVER_AFTER = 2;
/** Cached minutes, of all instances: about 2 MB. */
const MOST_REMEMBERED = 20_000;

export type GetDeliveryCounts = (input: Input<'GetDeliveryCounts'>) => Promise<Output<'GetDeliveryCounts'>>;

export function createDeliveryCounts({
  store,
  directory,
  clock,
}: Pick<OperationDependencies, 'store' | 'directory' | 'clock'>): GetDeliveryCounts {
  const remembered = new Map<string, number>();

  function remember(name: string, count: number): void {
    for (const oldest of remembered.keys()) {
      if (remembered.size < MOST_REMEMBERED) break;
      remembered.delete(oldest);
    }
    remembered.set(name, count);
  }

  async function startedIn(instanceId: string, from: number, to: number): Promise<number[]> {
    const names = Array.from({ length: to - from }, (_, index) => `${from + index} ${instanceId}`);
    const known = names.map((name) => remembered.get(name));
    if (!known.includes(undefined)) return known as number[];
    const counts = await store.deliveryCounts(instanceId, 'started', from, to);
    const over = Math.floor(clock.now() / MINUTE_MS) - OVER_AFTER;
    for (const [index, name] of names.entries()) if (from + index < over) remember(name, counts[index]!);
    return counts;
  }

  return async ({ InstanceId, Minutes = DEFAULT_MINUTES, EndTime }) => {
    await directory.instance(InstanceId);
    const end = Math.floor((EndTime === undefined ? clock.now() : Date.parse(EndTime)) / MINUTE_MS) + 1;
    const counts: Output<'GetDeliveryCounts'>['Counts'] = [];
    let to: number;
    for (let from = end - Minutes; from < end; from = to) {
      // Ranges begin at multiples, so that the next call finds them cached.
      to = Math.min(end, (Math.floor(from / AT_ONCE) + 1) * AT_ONCE);
      const [started, undelivered] = await Promise.all([
        startedIn(InstanceId, from, to),
        store.deliveryCounts(InstanceId, 'undelivered', from, to),
      ]);
      for (const [index, count] of started.entries())
        counts.push({
          At: new Date((from + index) * MINUTE_MS).toISOString(),
          Started: count,
          Undelivered: undelivered[index]!,
        });
    }
    return { Counts: counts };
  };
}
