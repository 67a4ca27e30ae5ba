// This process as a node: it beats to keep its leases, and knows without asking whether they still hold.
//
//   name ──beats──► holds ──(evicted, or in doubt)──► over ──(quiet)──► leaves, new name
//
// Leases belong to a name, so a name is given up where nobody can say any more what it owns: after an eviction, and after a
// call whose answer was lost, for it may have leased work that this process will never hear of. A new name is taken only
// once nothing is under way, or what is being sent under the old one would be claimed under the new one and sent again.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';
import { NODE_LEASE } from './retry.ts';

export interface NodeLease {
  /** The node's name; what was leased under another one is not ours. */
  readonly name: string;
  /** Whether attempts may begin: the last answered beat is young enough, and nothing is in doubt. */
  holds(): boolean;
  /** A call that leases to this name failed: what it leased, if anything, is given back together with the name. */
  doubt(name: string): void;
  /** Beats once, at once; for the start. */
  beat(): Promise<void>;
  stop(): Promise<void>;
}

export function createNodeLease(
  store: Store,
  clock: Clock,
  on: {
    /** Whether no attempt is under way and none is unsettled. */
    isQuiet(): boolean;
    /** Nothing that is held may be sent any more; another node claims it. */
    over(): void;
    failed(error: unknown): void;
  },
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
    // Counted from before the call: the store's answer may have been on its way for long.
    const asked = { now: clock.now(), monotonic: clock.monotonic() };
    try {
      if (isOver && on.isQuiet()) {
        await store.leave(name);
        name = randomUUID();
        isOver = false;
      }
      if ((await store.beat(name, NODE_LEASE.ttlMs)) === 'alive') heldSince = asked;
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

  /** After a sleep of the machine, or a clock set forward, the store knows whether the leases still hold. */
  function askAtOnce(): void {
    if (isAskedAtOnce || beating) return;
    isAskedAtOnce = true;
    again(0);
  }

  return {
    get name() {
      return name;
    },
    // By both clocks: the monotonic one stands still while the machine sleeps (Linux), the other may be set back.
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
