// The waiting work, by lane: chosen in memory, leased in the stream.
import { createStepWatch } from '../clock-step.ts';
import type { Delivery, Store, Waiting } from '../store.ts';
import { toDelivery, type DeliveryHead } from './delivery-message.ts';
import type { LeasedDeliveries } from './leased.ts';
import type { Nodes } from './nodes.ts';
import type { Entry } from './open-deliveries.ts';
import type { Recent } from './recent.ts';
import type { Shard } from './shard.ts';
import { replaceDelivery, toStored, type StoredDelivery } from './stored-delivery.ts';

export function laneVerbs(
  shards: readonly Shard[],
  nodes: Nodes,
  leasedDeliveries: LeasedDeliveries,
  queued: Recent<StoredDelivery>,
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

  /** With their texts, by `<i>.<c>.<d>`. */
  async function read(shard: Shard, entries: readonly Entry[]): Promise<Map<string, StoredDelivery>> {
    const { layout, reads } = shard;
    const stored = new Map<string, StoredDelivery>();
    const missing: string[] = [];
    let least = 0;
    for (const { rest, sequence } of entries) {
      const known = queued.get(rest);
      if (known?.sequence === sequence) stored.set(rest, known);
      else missing.push(layout.subject('dlv', rest));
      least = Math.max(least, sequence);
    }
    if (missing.length === 0) return stored;
    for (const one of await reads.lastOf<DeliveryHead>(missing, least))
      stored.set(layout.restOf(one.subject), toStored(shard, one));
    return stored;
  }

  /** Leases entries taken from one shard; others have since written those that are missing from the result. */
  async function lease(shard: Shard, entries: readonly Entry[], node: string): Promise<Delivery[]> {
    const { open } = shard;
    try {
      const stored = await read(shard, entries);
      const leases = await Promise.all(
        entries.map(async (entry) => {
          const before = stored.get(entry.rest);
          queued.delete(entry.rest);
          if (before?.sequence !== entry.sequence) return renew(entry, before);
          const at = clock.now();
          const head = { ...before.head, owner: node, dueAt: entry.dueAt };
          const replaced = await replaceDelivery(before, head, before.text, at);
          if ('found' in replaced) return renew(entry, replaced.found);
          leasedDeliveries.set(replaced.stored);
          return toDelivery(head, before.text, at);
        }),
      );
      return leases.filter((one) => one !== undefined);
    } finally {
      for (const entry of entries) open.giveBack(entry);
    }

    /** The delivery has changed since this node last saw it. */
    function renew(entry: Entry, now: StoredDelivery | undefined): undefined {
      if (now === undefined) open.drop(entry);
      else open.put(entry.rest, now.sequence, now.head);
    }
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
