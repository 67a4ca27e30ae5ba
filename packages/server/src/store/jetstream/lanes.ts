// The waiting work, by lane: chosen in memory, leased in the stream.
import { createStepWatch } from '../clock-step.ts';
import type { Delivery, Store } from '../store.ts';
import { keepMs, toDelivery, type DeliveryHead } from './delivery-message.ts';
import type { LeasedDeliveries } from './leased.ts';
import type { Found } from './message.ts';
import type { Nodes } from './nodes.ts';
import type { Entry } from './open-deliveries.ts';
import type { Shard } from './shard.ts';

export function laneVerbs(
  shards: readonly Shard[],
  nodes: Nodes,
  leasedDeliveries: LeasedDeliveries,
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

  /** Leases a taken entry; undefined: another node was faster. */
  async function lease(shard: Shard, entry: Entry, node: string): Promise<Delivery | undefined> {
    const { layout, reads, writer, open } = shard;
    const subject = layout.subject('due', entry.rest);
    try {
      const found =
        (await reads.at<DeliveryHead>(entry.sequence)) ?? (await reads.last<DeliveryHead>(subject));
      if (found?.sequence !== entry.sequence) return renew(shard, entry, found);
      const at = clock.now();
      const head: DeliveryHead = { ...found.head, first: entry.first, owner: node, dueAt: entry.dueAt };
      const written = await writer.write([
        {
          subject,
          head,
          text: found.text,
          expected: { sequence: entry.sequence },
          keepMs: keepMs(head.day, at),
        },
      ]);
      if ('found' in written) return renew(shard, entry, written.found[0] as Found<DeliveryHead> | undefined);
      const sequence = written.sequences[0]!;
      open.put(entry.rest, sequence, { ...head, lane: head.lane!, dueAt: head.dueAt! });
      leasedDeliveries.set({ shard, rest: entry.rest, sequence, head, text: found.text, isOver: false });
      return toDelivery(head, found.text, at);
    } finally {
      open.giveBack(entry);
    }
  }

  /** The taken entry no longer exists in the known state. */
  function renew(shard: Shard, entry: Entry, found: Found<DeliveryHead> | undefined): undefined {
    if (found === undefined) shard.open.drop(entry);
    else {
      const { head, sequence } = found;
      shard.open.put(
        entry.rest,
        sequence,
        head.lane === undefined ? undefined : { ...head, lane: head.lane, dueAt: head.dueAt! },
      );
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
        const leases = await Promise.allSettled(taken.map(({ shard, entry }) => lease(shard, entry, node)));
        for (const one of leases) {
          if (one.status === 'rejected') throw one.reason;
          if (one.value === undefined) continue;
          claimed.push(one.value);
          left.set(one.value.lane, left.get(one.value.lane)! - 1);
        }
      }
      return claimed;
    },
    async waiting(cap) {
      await nodes.evictSilent();
      await Promise.all(shards.map(catchUp));
      if (isSetBack(clock.now(), clock.monotonic())) for (const { open } of shards) open.hasten();
      const counts = new Map<string, number>();
      for (const { open } of shards)
        for (const [lane, count] of open.counts(cap))
          counts.set(lane, Math.min(cap, (counts.get(lane) ?? 0) + count));
      return counts;
    },
  };
}
