// How many bulk calls run at once: one while small calls come, otherwise as many as there are connections for them. The
// database server may have few processors, and then every bulk statement delays a small one: in a flood the enqueue of a
// single message took 22 ms, and 66 at worst.
//
//   small ─────────────────────────────────► runs
//   bulk ───► waits, first come, first served ─► runs once fewer than allowed are running, or after MOST_WAIT_MS

export interface BulkGate {
  small<T>(call: () => Promise<T>): Promise<T>;
  bulk<T>(call: () => Promise<T>): Promise<T>;
}

/** For this long after a small call another one is expected. */
export const EXPECTED_MS = 200;
/** If the database has stopped answering, each call meets the time limits of its own connection. */
export const MOST_WAIT_MS = 2_000;

/** `connections`: for bulk calls. `monotonic`: milliseconds that only grow. */
export function createBulkGate(connections: number, monotonic: () => number): BulkGate {
  /** Each begins its call. */
  const waiting = new Set<() => void>();
  let running = 0;
  let smallRunning = 0;
  let smallEndedAt = -Infinity;

  function mayStart(): boolean {
    const isBesideSmall = smallRunning > 0 || monotonic() - smallEndedAt < EXPECTED_MS;
    return running < (isBesideSmall ? 1 : Math.max(1, connections));
  }

  function startWaiting(): void {
    for (const start of waiting) {
      if (!mayStart()) return;
      start();
    }
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => {
      const start = (): void => {
        clearTimeout(timer);
        waiting.delete(start);
        running += 1;
        resolve();
      };
      const timer = setTimeout(start, MOST_WAIT_MS);
      waiting.add(start);
    });
  }

  return {
    async small(call) {
      smallRunning += 1;
      try {
        return await call();
      } finally {
        smallRunning -= 1;
        smallEndedAt = monotonic();
      }
    },
    async bulk(call) {
      if (waiting.size === 0 && mayStart()) running += 1;
      else await turn();
      try {
        return await call();
      } finally {
        running -= 1;
        startWaiting();
      }
    },
  };
}
