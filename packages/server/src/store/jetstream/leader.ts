// Whether the leader of a stream can be reached. Servers forward a request by one hop only: if the network between our
// server and the leader is cut, a third server may still reach both, so the connection moves on.
import type { NatsConnection } from '@nats-io/transport-node';

export interface Leader {
  answered(): void;
  /** A request did not reach it, or had no answer. */
  silent(): void;
}

/** Elections are usually over by then. Moving loses the answers to everything in flight, including other streams. */
const SILENT_MS = 5_000;
const MOVE_EVERY_MS = 3_000;

/** A function that moves the connection to the next server, unless it has just done so. */
export function createMove(nats: NatsConnection): () => void {
  let movedAt = -Infinity;
  return () => {
    if (nats.isClosed() || performance.now() - movedAt < MOVE_EVERY_MS) return;
    movedAt = performance.now();
    // It fails only if the connection is being closed.
    nats.reconnect().catch(() => undefined);
  };
}

export function createLeader(move: () => void): Leader {
  let since: number | undefined;
  return {
    answered: () => (since = undefined),
    silent() {
      since ??= performance.now();
      if (performance.now() - since >= SILENT_MS) move();
    },
  };
}
