// Who may ask for a connection while the database gives none: one call at a time, with back-off. The others wait for what comes
// of it, and fail with it.
//
// When every call asked, each node stood with all its connections before a server that was slow after a pause, gave up after
// three seconds, and came again behind those: the server was then busy with connections that nobody waited for any more, and
// three nodes had no store for minutes after it had been frozen for 8 s (`npm run campaign`, freeze-database).
import { setTimeout as wait } from 'node:timers/promises';

export interface Door {
  /** Why nothing may be asked of the server in this moment, where that is so. */
  readonly closedBy: unknown;
  /** Runs `connect` when it is its turn, or rejects with what the call before it met. */
  pass<T>(connect: () => Promise<T>): Promise<T>;
}

const BACK_OFF = { firstMs: 50, mostMs: 1_000 } as const;

/** `isFault`: whether a rejection says that there are no connections to be had. */
export function createDoor(isFault: (error: unknown) => boolean): Door {
  /** In a row. */
  let failures = 0;
  let last: unknown;
  let probe: Promise<void> | undefined;
  let isAsking = false;

  function failed(error: unknown): void {
    failures = Math.min(failures + 1, 10);
    last = error;
  }

  async function passFirst<T>(connect: () => Promise<T>): Promise<T> {
    const result = Promise.withResolvers<void>();
    // Where nobody waits for it, the call that makes it has the error.
    result.promise.catch(() => undefined);
    probe = result.promise;
    try {
      // Full jitter, so that nodes do not come back together.
      await wait(Math.random() * Math.min(BACK_OFF.mostMs, BACK_OFF.firstMs * 2 ** failures));
      isAsking = true;
      const connected = await connect();
      failures = 0;
      result.resolve();
      return connected;
    } catch (error) {
      failed(error);
      result.reject(error);
      throw error;
    } finally {
      isAsking = false;
      probe = undefined;
    }
  }

  async function pass<T>(connect: () => Promise<T>): Promise<T> {
    if (probe !== undefined) {
      await probe;
      return pass(connect);
    }
    if (failures > 0) return passFirst(connect);
    try {
      return await connect();
    } catch (error) {
      // Of many that failed together the first counts.
      if (failures === 0 && isFault(error)) failed(error);
      throw error;
    }
  }

  return {
    get closedBy() {
      return failures > 0 && !isAsking ? last : undefined;
    },
    pass,
  };
}
