// Deleting expired data. The server removes nearly all of it by itself, because messages have a time to live; what
// remains was written by a clock that was wrong.
import type { Store } from '../store.ts';
import type { Shard } from './shard.ts';

export function sweepVerb(shards: readonly Shard[], now: () => number): Store['sweep'] {
  return async (limit) => {
    let left = limit;
    for (const { calendar, ledger, open } of shards) {
      ledger.dropPast(now());
      left -= await calendar.sweep(left);
      left -= open.dropPast(left);
    }
    return left === 0;
  };
}
