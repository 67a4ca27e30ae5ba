// Ids of registrations that were deleted or suspended, and of deliveries that were withdrawn, a moment ago: no attempt
// for them begins on this node. They are remembered for longer than a delivery can stay in memory without its
// registration being read again.
import type { Clock } from '../clock.ts';
import { REVOKED_KEPT_MS } from './retry.ts';

export interface Revoked {
  add(id: string): void;
  has(id: string): boolean;
}

export function createRevoked(clock: Clock): Revoked {
  const until = new Map<string, number>();
  return {
    add: (added) => {
      const now = clock.monotonic();
      // Insertion order is expiry order: all are kept equally long.
      for (const [id, end] of until) {
        if (end > now) break;
        until.delete(id);
      }
      until.delete(added);
      until.set(added, now + REVOKED_KEPT_MS);
    },
    // Nearly always there are none, and looking an id up costs its hash.
    has: (id) => until.size > 0 && until.has(id),
  };
}
