// While the database accepts no connections, only one call at a time tries to connect, with back-off. The others
// wait for its result, and fail with it.
//
// When every call tried, each node opened all its connections to a server that was slow after a pause, gave up
// after three seconds, and queued again behind those: the server was busy with connections that nobody waited for
// any more, and three nodes had no store for minutes after it had been frozen for 8 s (`npm run campaign`,
// freeze-database).
import { setTimeout as wait } from 'node:timers/promises';

export interface ConnectGate {
  /** Begins one attempt; its end must be reported. Otherwise why the server must not be asked now. */
  begin(): Attempt | { readonly closedBy: unknown };
  /** Runs `connect` when it is its turn, or rejects with the error of the call before it. */
  pass<T>(connect: () => Promise<T>): Promise<T>;
}

export interface Attempt {
  readonly end: () => void;
}

const BACK_OFF = { firstMs: 50, mostMs: 1_000 } as const;

/** `isFault`: whether a rejection means that no connections are available. */
export function createConnectGate(isFault: (error: unknown) => boolean): ConnectGate {
  /** Consecutive failures. */
  let failures = 0;
  let last: unknown;
  let probe: Promise<void> | undefined;
  let isAsking = false;
  /** Of the attempts that began after a failure. A call that waits in the pool may begin one beside the probe. */
  let isAttempting = false;

  function begin(): ReturnType<ConnectGate['begin']> {
    if (failures === 0) return { end: () => undefined };
    if (!isAsking || isAttempting) return { closedBy: last };
    isAttempting = true;
    return { end: () => (isAttempting = false) };
  }

  function failed(error: unknown): void {
    failures = Math.min(failures + 1, 10);
    last = error;
  }

  async function passFirst<T>(connect: () => Promise<T>): Promise<T> {
    const result = Promise.withResolvers<void>();
    // If nobody else waits for it, the call that creates it has the error.
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
      // Of many that failed together, only the first counts.
      if (failures === 0 && isFault(error)) failed(error);
      throw error;
    }
  }

  return { begin, pass };
}
