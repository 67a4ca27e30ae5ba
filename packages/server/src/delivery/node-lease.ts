// This process as a node: it sends heartbeats to keep its leases, and knows without asking whether they still hold.
//
//   name ──beats──► holds ──(evicted, or in doubt)──► over ──(quiet)──► leaves, new name
//
// Leases belong to a name. The name is abandoned when it is no longer certain what it owns: after an eviction, and
// after a call whose answer was lost, because that call may have leased work that this process does not know of. A
// new name is used only once no attempt is running; otherwise a delivery being sent under the old name would be
// claimed under the new one and sent again.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { NODE_LEASE } from './retry.ts';

export interface NodeLease {
  /** The node's name; work leased under another name is not ours. */
  readonly name: string;
  /** Whether attempts may begin: the last answered heartbeat is recent enough, and nothing is in doubt. */
  holds(): boolean;
  /** A call that leases to this name failed: anything it leased is released together with the name. */
  doubt(name: string): void;
  /** Sends one heartbeat now; for the start. */
  beat(): Promise<void>;
  stop(): Promise<void>;
}

export function createNodeLease(
  store: Store,
  clock: Clock,
  on: {
    /** Whether no attempt is running and none is unsettled. */
    isQuiet(): boolean;
    /** Held deliveries must not be sent any more; another node claims them. */
    over(): void;
    failed(error: unknown): void;
  },
  /** What operators see of this node. */
  about?: string,
): NodeLease {
  let name = randomUUID();
  let isOver = false;
  let heldSince = { now: -Infinity, monotonic: -Infinity };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let isAskedAtOnce = false;
  let beating: Promise<void> | undefined;

  function giveUp(): void {
    isOver = true;
    on.over();
  }

  async function beat(): Promise<void> {
    // Measured from before the call: the store's answer may have been delayed.
    const asked = { now: clock.now(), monotonic: clock.monotonic() };
    try {
      if (isOver && on.isQuiet()) {
        await store.leave(name);
        name = randomUUID();
        isOver = false;
      }
      if ((await store.beat(name, NODE_LEASE.ttlMs, about)) === 'alive') heldSince = asked;
      else giveUp();
    } catch (error) {
      on.failed(error);
    }
  }

  const again = (inMs: number = isOver ? NODE_LEASE.quietEveryMs : NODE_LEASE.beatEveryMs): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      isAskedAtOnce = false;
      beating = beat().finally(() => {
        beating = undefined;
        again();
      });
    }, inMs);
  };

  /** After the machine slept, or a clock was set forward, ask the store whether the leases still hold. */
  function askAtOnce(): void {
    if (isAskedAtOnce || beating) return;
    isAskedAtOnce = true;
    again(0);
  }

  return {
    get name() {
      return name;
    },
    // Checked with both clocks: the monotonic one stops while the machine sleeps (Linux), and the other may be set
    // back.
    holds: () => {
      if (isOver || clock.monotonic() - heldSince.monotonic >= NODE_LEASE.trustMs) return false;
      const isTrusted = clock.now() - heldSince.now < NODE_LEASE.trustMs;
      if (!isTrusted) askAtOnce();
      return isTrusted;
    },
    doubt: (doubted) => {
      if (doubted !== name || isOver) return;
      giveUp();
      if (!beating) again();
    },
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
