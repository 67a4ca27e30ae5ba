// Settling deliveries, all of a parcel in one write: those that wait, from the state that this process remembers;
// others, and those that another node has written since, from the state found in the stream.
import { applySettlement, NOBODY, type DeliveryState } from '../settle-rule.ts';
import type { Store } from '../store.ts';
import { findAnywhere, findOpen, type DeliveryPlace } from './delivery-place.ts';
import type { DeliveryRow } from './parcel.ts';
import type { Nodes } from './nodes.ts';
import type { Draft } from './parcels.ts';
import type { Shard } from './shard.ts';

/** The owner's number for the rule. */
const SELF = 1;
const ANOTHER = 2;

export function settleVerb(shards: readonly Shard[], nodes: Nodes, now: () => number): Store['settle'] {
  async function place(id: string): Promise<DeliveryPlace | undefined> {
    const open = findOpen(shards, id);
    return open ?? (await findAnywhere(shards, id));
  }

  return async (node, batch) => {
    const isLive = await nodes.isLive(node);
    const owner = isLive ? SELF : NOBODY;
    const byId = Map.groupBy(batch, ({ id }) => id);
    const placed = await Promise.all([...byId.keys()].map(async (id) => ({ id, place: await place(id) })));
    const lost: string[] = [];
    const lose = (ids: readonly string[]): void => {
      for (const id of ids) lost.push(id);
    };
    /** Returns an id for each settlement that is lost. */
    const settleRow = (draft: Draft | undefined, id: string): string[] => {
      const settlements = byId.get(id)!;
      const index = draft?.parcel.rows.findIndex((row) => row.id === id) ?? -1;
      if (draft === undefined || index < 0)
        return settlements.filter(({ to }) => to.status !== 'accepted').map(() => id);
      const row = draft.parcel.rows[index]!;
      const state = toState(row, node);
      const refused = settlements.filter((one) => !applySettlement(state, owner, one));
      const before = draft.text(index);
      const text = state.keep === undefined ? before : (state.keep ?? '');
      if (text !== before || !isSame(state, toState(row, node)))
        draft.set(index, toRow(row, state, now()), text);
      return refused.map(() => id);
    };
    const byParcel = Map.groupBy(placed, ({ place: at }) => at?.name);
    await Promise.all(
      [...byParcel].map(async ([name, some]) => {
        const { place: at } = some[0]!;
        const settleAll = (draft: Draft | undefined): string[] =>
          some.flatMap(({ id }) => settleRow(draft, id));
        if (name === undefined || at === undefined) lose(settleAll(undefined));
        else lose(await at.shard.parcels.change(name, settleAll, { isFresh: !at.isOpen }));
      }),
    );
    return { lost };
  };
}

function toState({ status, reason, owner, kept, count }: DeliveryRow, node: string): DeliveryState {
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

/** The row after the rule. */
function toRow(row: DeliveryRow, state: DeliveryState, now: number): DeliveryRow {
  return {
    ...row,
    status: state.status,
    count: state.count,
    reason: state.reason ?? undefined,
    kept: state.kept ?? undefined,
    owner: state.owner === NOBODY ? undefined : row.owner,
    ...(state.dueInMs !== undefined && { dueAt: now + state.dueInMs }),
  };
}
