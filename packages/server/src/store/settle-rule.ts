// What a settlement does to a delivery: one rule for every store.
import { appendAttempts } from './attempts.ts';
import type { LogEntry, Settlement } from './store.ts';

/** The owner number of a delivery that nobody holds. */
export const NOBODY = 0;

/** The columns of a delivery that settling reads and changes. */
export interface DeliveryState {
  status: LogEntry['status'];
  reason: string | null;
  /** The number of the node that holds the lease. */
  owner: number;
  /** See `appendAttempts`. */
  kept: string | null;
  count: number;
  /** Set if the delivery moves to a later time. */
  dueInMs?: number;
  /** Set if it ends: the part of its work that is kept, null for nothing. */
  keep?: string | null;
}

/** Ended, and not accepted. */
export const UNDELIVERED: readonly LogEntry['status'][] = ['rejected', 'expired', 'withdrawn'];

/**
 * Applies a node's settlement to `state`; `owner` is that node's number, NOBODY if it is no longer alive. False:
 * the delivery was not the node's to move (`lost`). Its attempts are recorded anyway, because they happened.
 */
export function applySettlement(state: DeliveryState, owner: number, { attempts, to }: Settlement): boolean {
  const merged = appendAttempts(state, attempts);
  state.kept = merged.kept;
  state.count = merged.count;
  if (to.status !== 'accepted') {
    // The answer to this same settlement was lost, and it is repeated. By now the delivery may be leased again,
    // perhaps to the same node, and must not be moved a second time.
    const isRepeat =
      attempts.length > 0 ? merged.added === 0 : to.status !== 'queued' && to.status === state.status;
    if (isRepeat) return true;
    if (state.status !== 'queued' || owner === NOBODY || state.owner !== owner) return false;
  }
  // An accepted push is with the gateway: that is true no matter who else ended the delivery, and how.
  state.status = to.status;
  state.reason = to.reason ?? null;
  state.owner = NOBODY;
  if (to.status === 'queued') state.dueInMs = Math.round(to.dueInMs);
  else state.keep = to.keep ?? null;
  return true;
}
