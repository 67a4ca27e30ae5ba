// Deleting expired data. The server removes nearly all of it by itself, because messages have a time to live; what
// remains was written by a clock that was wrong.
import type { Store } from '../store.ts';
import { oldestDay } from '../days.ts';
import type { Shard } from './shard.ts';

const DAY_MS = 86_400_000;
/** How many days before the oldest kept one are checked when a process sweeps for the first time. */
const DAYS_BACK = 10;

export function sweepVerb(shards: readonly Shard[], now: () => number): Store['sweep'] {
  /** All earlier days have been purged. */
  let purgedBefore = '';

  async function purgeDays(): Promise<void> {
    const oldest = oldestDay(now());
    // The clock was set back: purged days may have come again.
    if (oldest < purgedBefore) purgedBefore = oldest;
    if (oldest === purgedBefore) return;
    const days = Array.from({ length: DAYS_BACK }, (_, back) =>
      new Date(Date.parse(oldest) - (back + 1) * DAY_MS).toISOString().slice(0, 10),
    ).filter((day) => day >= purgedBefore);
    for (const { layout, reads, writer, ledger } of shards) {
      for (const day of days) await reads.purge(layout.ofDay(day));
      ledger.dropBefore(oldest);
      // Replicas that are asked for the delivery log must have reached this sequence.
      await writer.write([{ subject: layout.tip, head: {} }]);
    }
    purgedBefore = oldest;
  }

  return async (limit) => {
    await purgeDays();
    let left = limit;
    for (const { calendar, open } of shards) {
      left -= await calendar.sweep(left);
      left -= open.dropBefore(oldestDay(now()), left);
    }
    return left === 0;
  };
}
