// Whether this node takes in chat events and sends them: what `/readyz` answers. Anyone may ask there, so what is wrong is said
// in words of our own; the log has the error's.
import type { Clock } from '../clock.ts';
import type { Dispatcher } from '../delivery/dispatcher.ts';
import { NODE_LEASE } from '../delivery/retry.ts';
import { StoreUnavailableError } from '../store/store.ts';
import type { Store } from '../store/store.ts';

/**
 * How long one refusal for want of room counts when no write succeeds. A load balancer sends nothing to a node that is not
 * ready, so then only another try can show that there is room again.
 */
const FULL_MS = 10_000;

export interface WatchedStore {
  /** The store, to be used in its place. */
  readonly store: Store;
  /** Whether the last deliveries, or what was written since, found no room. */
  readonly isFull: () => boolean;
}

/** Sees which writes find no room. A beat cannot show it: it fits into a full disk, where it overwrites itself. */
export function watchRoom(store: Store, clock: Clock): WatchedStore {
  let refusedAtMs = -Infinity;
  const watch =
    <Given extends readonly unknown[], Result>(write: (...given: Given) => Promise<Result>) =>
    async (...given: Given): Promise<Result> => {
      try {
        return await write(...given);
      } catch (error) {
        if (isForWantOfRoom(error)) refusedAtMs = clock.monotonic();
        throw error;
      }
    };
  const enqueue = watch((...parameters: Parameters<Store['enqueue']>) => store.enqueue(...parameters));
  return {
    store: {
      ...store,
      commit: watch((change: Parameters<Store['commit']>[0]) => store.commit(change)),
      enqueue: async (...parameters) => {
        const results = await enqueue(...parameters);
        // The largest of all writes has found room. A contact's document may find some when these no longer do, and what was
        // known needs none.
        if (results.some(({ state }) => state !== 'known')) refusedAtMs = -Infinity;
        return results;
      },
    },
    isFull: () => clock.monotonic() - refusedAtMs < FULL_MS,
  };
}

/** PostgreSQL's disk_full; JetStream's insufficient resources, and what its limits of bytes say. */
const FULL_CODES: ReadonlySet<unknown> = new Set(['53100', 10002, 10023, 10047]);

/** SQLite's own words for SQLITE_FULL, or a code of a server. */
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
    // A beat writes, so it shows that the store can be written.
    const beat = await store.beat(dispatcher.node, NODE_LEASE.ttlMs);
    // What is taken in meanwhile is safe, but this node sends none of it: others, where there are some, should be asked.
    const holds = beat === 'alive' && dispatcher.holdsLease;
    const full = isFull();
    // What is taken in meanwhile is safe and waits, so this node is ready all the same.
    const emulator = emulation.waitsFor();
    return {
      ready: holds && !full,
      checks: {
        store: full ? 'full; nothing is taken in until its disk has room' : 'ok',
        lease: holds ? 'ok' : 'lost; nothing is sent until this node has a new one',
        ...(emulator !== undefined && { emulator: `waits. ${emulator}` }),
      },
    };
  } catch {
    return { ready: false, checks: { store: 'not available' } };
  }
}
