// Settling deliveries: those that this process leased, without reading them; others, and those that another node
// has written since, in the state found in the stream.
import { applySettlement, NOBODY, type DeliveryState } from '../settle-rule.ts';
import type { Settlement, Store } from '../store.ts';
import type { DeliveryHead } from './delivery-message.ts';
import type { LeasedDeliveries } from './leased.ts';
import type { Nodes } from './nodes.ts';
import type { Shard } from './shard.ts';
import { findDelivery, replaceDelivery, type StoredDelivery } from './stored-delivery.ts';

/** The owner's number for the rule. */
const SELF = 1;
const ANOTHER = 2;

export function settleVerb(
  shards: readonly Shard[],
  nodes: Nodes,
  leased: LeasedDeliveries,
  now: () => number,
): Store['settle'] {
  /** Settles one delivery with all its settlements; returns how many of them are lost. */
  async function settleOne(
    node: string,
    isLive: boolean,
    settlements: readonly Settlement[],
  ): Promise<number> {
    const { id } = settlements[0]!;
    let stored: StoredDelivery | undefined = leased.get(id) ?? (await findDelivery(shards, id, now()));
    while (stored !== undefined) {
      const { head } = stored;
      const state = toState(head, node);
      const lost = settlements.filter((one) => !applySettlement(state, isLive ? SELF : NOBODY, one)).length;
      const text = state.keep === undefined ? stored.text : (state.keep ?? '');
      if (text === stored.text && isSame(state, toState(head, node))) return lost;
      const next = toHead(head, state, now());
      const replaced = await replaceDelivery(stored, next, text, now());
      leased.delete(id);
      if ('stored' in replaced) {
        // If only attempts were recorded, the lease stays.
        if (next.status === 'queued' && next.owner === node) leased.set(replaced.stored);
        return lost;
      }
      stored = replaced.found;
    }
    return settlements.filter(({ to }) => to.status !== 'accepted').length;
  }

  return async (node, batch) => {
    const byId = new Map<string, Settlement[]>();
    for (const one of batch) {
      const settlements = byId.get(one.id);
      if (settlements) settlements.push(one);
      else byId.set(one.id, [one]);
    }
    const isLive = await nodes.isLive(node);
    const lost: string[] = [];
    await Promise.all(
      [...byId].map(async ([id, settlements]) => {
        const count = await settleOne(node, isLive, settlements);
        for (let index = 0; index < count; index++) lost.push(id);
      }),
    );
    return { lost };
  };
}

function toState({ status, reason, owner, kept, count }: DeliveryHead, node: string): DeliveryState {
  return {
    status,
    reason: reason ?? null,
    owner: owner === undefined ? NOBODY : owner === node ? SELF : ANOTHER,
    kept: kept ?? null,
    count,
  };
}

/** Whether the rule has changed nothing. */
const isSame = (state: DeliveryState, before: DeliveryState): boolean =>
  state.count === before.count &&
  state.kept === before.kept &&
  state.status === before.status &&
  state.reason === before.reason &&
  state.owner === before.owner &&
  state.dueInMs === undefined;

/** The head after the rule, without members that became undefined. */
function toHead(head: DeliveryHead, state: DeliveryState, now: number): DeliveryHead {
  const { owner, reason: _, kept: __, ...rest } = head;
  const { status, count } = state;
  return {
    ...rest,
    status,
    count,
    ...(state.reason !== null && { reason: state.reason }),
    ...(state.kept !== null && { kept: state.kept }),
    ...(owner !== undefined && state.owner !== NOBODY && { owner }),
    ...(state.dueInMs !== undefined && { dueAt: now + state.dueInMs }),
  };
}
