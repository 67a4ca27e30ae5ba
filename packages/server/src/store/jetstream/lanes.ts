// The waiting work, by lane: chosen in memory, leased in the stream.
import { createStepWatch } from '../clock-step.ts';
import type { Delivery, Store, Waiting } from '../store.ts';
import { toDelivery } from './delivery-row.ts';
import type { Nodes } from './nodes.ts';
import type { Entry } from './open-deliveries.ts';
import type { Draft } from './parcels.ts';
import type { Shard } from './shard.ts';

export function laneVerbs(
  shards: readonly Shard[],
  nodes: Nodes,
  clock: { now(): number; monotonic(): number },
): Pick<Store, 'claim' | 'waiting'> {
  const isSetBack = createStepWatch();

  /** Everything that was answered before is known, and leases of dead nodes are void. */
  async function catchUp(shard: Shard): Promise<void> {
    await shard.catchUp();
    await nodes.resolve(shard.open.owners());
    // Some were recorded before it was known that their owner is gone.
    for (const owner of shard.open.owners()) if (nodes.isGone(owner)) shard.open.release(owner);
  }

  /** From all shards: almost every lane is in only one, because it belongs to one instance. */
  function take(lane: string, count: number): { readonly shard: Shard; readonly entry: Entry }[] {
    const taken = shards.flatMap((shard) => shard.open.take(lane, count).map((entry) => ({ shard, entry })));
    for (const { shard, entry } of taken.splice(count)) shard.open.giveBack(entry);
    return taken;
  }

  /** Leases entries taken from one shard; others have since written those that are missing from the result. */
  async function lease(
    { open, parcels }: Shard,
    entries: readonly Entry[],
    node: string,
  ): Promise<Delivery[]> {
    const byParcel = Map.groupBy(entries, ({ parcel }) => parcel);
    try {
      await parcels.prepare([...byParcel.keys()]);
      const leases = await Promise.all(
        [...byParcel].map(([name, some]) =>
          parcels.change(name, (draft) => (draft ? leaseRows(draft, some, node) : [])),
        ),
      );
      return leases.flat();
    } finally {
      for (const entry of entries) open.giveBack(entry);
    }
  }

  function leaseRows(draft: Draft, entries: readonly Entry[], node: string): Delivery[] {
    const at = clock.now();
    return entries.flatMap(({ index, owner, writtenDueAt, dueAt }) => {
      const row = draft.parcel.rows[index]!;
      // It has changed since this node last saw it.
      if (row.status !== 'queued' || row.owner !== owner || row.dueAt !== writtenDueAt) return [];
      const text = draft.text(index);
      draft.set(index, { ...row, owner: node, dueAt }, text);
      return [toDelivery(draft.parcel, row, text, at)];
    });
  }

  return {
    async claim(node, want) {
      await nodes.evictSilent();
      if (!(await nodes.isLive(node))) return [];
      const claimed: Delivery[] = [];
      const left = new Map([...want].map(([lane, limit]) => [lane, Math.floor(limit)]));
      for (let isCaughtUp = false; ;) {
        const taken = [...left].flatMap(([lane, count]) => take(lane, count));
        if (taken.length === 0) {
          if (isCaughtUp || [...left.values()].every((count) => count <= 0)) break;
          isCaughtUp = true;
          await Promise.all(shards.map(catchUp));
          continue;
        }
        const leases = await Promise.allSettled(
          [...Map.groupBy(taken, ({ shard }) => shard)].map(([shard, some]) =>
            lease(
              shard,
              some.map(({ entry }) => entry),
              node,
            ),
          ),
        );
        for (const one of leases) {
          if (one.status === 'rejected') throw one.reason;
          for (const delivery of one.value) {
            claimed.push(delivery);
            left.set(delivery.lane, left.get(delivery.lane)! - 1);
          }
        }
      }
      return claimed;
    },
    async waiting(cap) {
      await nodes.evictSilent();
      await Promise.all(shards.map(catchUp));
      if (isSetBack(clock.now(), clock.monotonic())) for (const { open } of shards) open.hasten();
      const waiting = new Map<string, Waiting>();
      for (const { open } of shards)
        for (const [lane, { count, dueForMs }] of open.waiting(cap)) {
          const other = waiting.get(lane);
          waiting.set(lane, {
            count: Math.min(cap, (other?.count ?? 0) + count),
            dueForMs: Math.max(other?.dueForMs ?? 0, dueForMs),
          });
        }
      return waiting;
    },
  };
}
