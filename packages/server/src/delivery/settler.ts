// Hands settlements to the store, one call at a time: what comes in meanwhile goes with the next.
// While the store is away they wait here; the dispatcher begins no attempts above MAX_UNSETTLED, so this is bounded.
import type { Settlement, Store } from '../store/store.ts';

export interface Settler {
  add(settlement: Settlement): void;
  /** Settlements not yet stored. */
  readonly pending: number;
  /** Resolves when nothing is pending, or rejects after `timeoutMs` and tries no more. For the end. */
  flush(timeoutMs: number): Promise<void>;
}

const MAX_BATCH = 1_000;
const RETRY_MS = 250;

export function createSettler(
  store: Store,
  node: () => string,
  on: { stored(batch: readonly Settlement[], lost: readonly string[]): void; failed(error: unknown): void },
): Settler {
  let waiting: Settlement[] = [];
  let running: Settlement[] = [];
  const idle: (() => void)[] = [];

  let active = false;
  let over = false;

  async function run(): Promise<void> {
    await Promise.resolve(); // One turn, so that what is added in this tick goes together.
    while (waiting.length > 0) {
      running = waiting.splice(0, MAX_BATCH);
      try {
        const { lost } = await store.settle(node(), running);
        on.stored(running, lost);
        running = [];
      } catch (error) {
        // Repeating is harmless (the contract), so a call whose answer was lost is simply made again.
        on.failed(error);
        waiting = running.concat(waiting);
        running = [];
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        if (over) return;
      }
    }
    active = false;
    for (const resolve of idle.splice(0)) resolve();
  }

  return {
    add: (settlement) => {
      waiting.push(settlement);
      if (active) return;
      active = true;
      void run();
    },
    get pending() {
      return waiting.length + running.length;
    },
    flush: (timeoutMs) => {
      if (waiting.length + running.length === 0) return Promise.resolve();
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          over = true;
          reject(new Error(`${waiting.length + running.length} settlements could not be stored`));
        }, timeoutMs);
        idle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    },
  };
}
