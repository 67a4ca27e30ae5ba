// Whether this node accepts chat events and sends them: the answer of `/readyz`. Anyone may ask there, so problems
// are described in our own words; the log has the errors.
import type { Clock } from '../clock.ts';
import type { Dispatcher } from '../delivery/dispatcher.ts';
import { NODE_LEASE } from '../delivery/retry.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { Store } from '../store/store.ts';

/**
 * How long one refusal because of a full disk counts if no write succeeds. A load balancer sends nothing to a node
 * that is not ready, so only another try can show that there is room again.
 */
const FULL_MS = 10_000;

export interface WatchedStore {
  /** The store to use instead. */
  readonly store: Store;
  /** Whether the last deliveries, or any write since, found no room. */
  readonly isFull: () => boolean;
}

/**
 * Watches which writes find no room. A heartbeat cannot show it: it overwrites itself, so it fits even on a full
 * disk.
 */
export function watchRoom(store: Store, clock: Clock): WatchedStore {
  let refusedAtMs = -Infinity;
  const watch =
    <Given extends readonly unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
    (...given: Given): Promise<Result> => {
      const answer = write(...given);
      answer.catch((error: unknown) => {
        if (isForWantOfRoom(error)) refusedAtMs = clock.monotonic();
      });
      return answer;
    };
  const enqueue = watch((...parameters: Parameters<Store['enqueue']>) => store.enqueue(...parameters));
  return {
    store: {
      ...store,
      commit: watch((change: Parameters<Store['commit']>[0]) => store.commit(change)),
      enqueue: async (...parameters) => {
        const results = await enqueue(...parameters);
        // The largest kind of write has found room. A contact's document may fit when deliveries no longer do, and
        // known deliveries need no room.
        if (results.some(({ state }) => state !== 'known')) refusedAtMs = -Infinity;
        return results;
      },
    },
    isFull: () => clock.monotonic() - refusedAtMs < FULL_MS,
  };
}

/** PostgreSQL's disk_full; JetStream's insufficient resources, and the errors of its byte limits. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['53100', 10002, 10023, 10047]);

/** SQLite's message for SQLITE_FULL, or a code of a server. */
const isForWantOfRoom = (error: unknown): boolean =>
  error instanceof StoreUnavailableError &&
  (error.message === 'database or disk is full' ||
    (error.cause instanceof Error && 'code' in error.cause && FULL_CODES.has(error.cause.code)));

export async function readiness(
  { store, isFull }: WatchedStore,
  dispatcher: Pick<Dispatcher, 'holdsLease' | 'node'>,
  emulation: { readonly waitsFor: () => string | undefined },
): Promise<{ ready: boolean; checks: Record<string, string> }> {
  try {
    // A heartbeat writes, so it shows that the store is writable.
    const beat = await store.beat(dispatcher.node, NODE_LEASE.ttlMs);
    // Events accepted meanwhile are safe, but this node sends none of them: other nodes, if there are any, should
    // get the calls.
    const holds = beat === 'alive' && dispatcher.holdsLease;
    const full = isFull();
    // Events accepted meanwhile are safe and wait, so this node still counts as ready.
    const emulator = emulation.waitsFor();
    return {
      ready: holds && !full,
      checks: {
        store: full ? 'full; nothing is accepted until its disk has room' : 'ok',
        lease: holds ? 'ok' : 'lost; nothing is sent until this node has a new lease',
        ...(emulator !== undefined && { emulator: `waits. ${emulator}` }),
      },
    };
  } catch {
    return { ready: false, checks: { store: 'not available' } };
  }
}
