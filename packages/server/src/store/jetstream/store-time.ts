// The store's clock: that of the stream's leader at its last answer, advanced by this machine's monotonic clock. So
// nodes need not agree, and setting the clock of one of them affects nobody.
import type { JetStreamManager } from '@nats-io/jetstream';

export interface StoreTime {
  /** Milliseconds since the epoch. */
  now(): number;
  monotonic(): number;
  /** Asks for the time again, if the last time was long ago. */
  refresh(): Promise<void>;
}

const REFRESH_MS = 10_000;

export async function readStoreTime(manager: JetStreamManager, stream: string): Promise<StoreTime> {
  const monotonic = (): number => performance.now();
  let asked = { atMs: 0, timeMs: 0 };

  async function ask(): Promise<void> {
    const before = monotonic();
    const { ts } = await manager.streams.info(stream);
    const timeMs = Date.parse(ts ?? '');
    if (Number.isFinite(timeMs)) asked = { atMs: (before + monotonic()) / 2, timeMs };
  }

  await ask();
  return {
    now: () => Math.floor(asked.timeMs + monotonic() - asked.atMs),
    monotonic,
    async refresh() {
      // If nobody answers, the time continues as before.
      if (monotonic() - asked.atMs > REFRESH_MS) await ask().catch(() => undefined);
    },
  };
}
