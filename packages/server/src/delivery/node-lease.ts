// This process as a node: it beats to keep its leases, and knows without asking whether they still hold.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { NODE_LEASE } from './retry.ts';

export interface NodeLease {
  /** The node's name; a new one after an eviction. */
  readonly name: string;
  /** Whether attempts may begin: the last answered beat is young enough. */
  holds(): boolean;
  /** Beats once, at once; for the start. */
  beat(): Promise<void>;
  stop(): Promise<void>;
}

export function createNodeLease(
  store: Store,
  clock: Clock,
  on: { evicted(): void; failed(error: unknown): void },
): NodeLease {
  let name = randomUUID();
  let heldSince = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let beating: Promise<void> | undefined;

  async function beat(): Promise<void> {
    // Counted from before the call: the store's answer may have been on its way for long.
    const asked = clock.monotonic();
    try {
      if ((await store.beat(name, NODE_LEASE.ttlMs)) === 'alive') heldSince = asked;
      else {
        // Somebody else may be sending what was ours: forget it all and come back as a new node.
        name = randomUUID();
        on.evicted();
        if ((await store.beat(name, NODE_LEASE.ttlMs)) === 'alive') heldSince = asked;
      }
    } catch (error) {
      on.failed(error);
    }
  }

  const again = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      beating = beat().finally(again);
    }, NODE_LEASE.beatEveryMs);
  };

  return {
    get name() {
      return name;
    },
    holds: () => clock.monotonic() - heldSince < NODE_LEASE.trustMs,
    beat: async () => {
      await beat();
      again();
    },
    stop: async () => {
      stopped = true;
      clearTimeout(timer);
      await beating;
    },
  };
}
