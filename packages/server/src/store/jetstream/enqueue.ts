// Enqueuing deliveries: each is written if its id is new.
import type { Enqueued, EnqueueResult, Store } from '../store.ts';
import { deliveryRest, isPast, newHead, type DeliveryHead } from './delivery-message.ts';
import type { LeasedDeliveries } from './leased.ts';
import type { Found, NewMessage } from './message.ts';
import type { Nodes } from './nodes.ts';
import type { Recent } from './recent.ts';
import type { Shard } from './shard.ts';
import type { StoredDelivery } from './stored-delivery.ts';
import { UNIT_MESSAGES } from './writer.ts';

export function enqueueVerb(
  shardFor: (instanceId: string) => Shard,
  nodes: Nodes,
  leasedDeliveries: LeasedDeliveries,
  queued: Recent<StoredDelivery>,
  now: () => number,
): Store['enqueue'] {
  /** Stores part of a batch, all of one shard; returns the known ids, and how many of each lane it leased. */
  async function store(
    shard: Shard,
    entries: readonly Enqueued[],
    node: string,
    room: Map<string, number>,
  ): Promise<Map<string, EnqueueResult['state']>> {
    const { layout, open, writer } = shard;
    const states = new Map<string, EnqueueResult['state']>();
    /** The sequences of earlier deliveries with the same id whose retention has passed. */
    const past = new Map<string, number>();
    let left = entries;
    for (;;) {
      const at = now();
      const given = new Map<string, number>();
      const planned = left.map((entry) => {
        const lane = 'lane' in entry ? entry.lane : undefined;
        const used = lane === undefined ? 0 : (given.get(lane) ?? 0);
        const isLeased = lane !== undefined && !open.hasDue(lane) && used < Math.floor(room.get(lane) ?? 0);
        if (isLeased) given.set(lane, used + 1);
        const rest = deliveryRest(entry);
        return { entry, rest, head: newHead(entry, at, isLeased ? node : undefined) };
      });
      const written = await writer.write(
        planned.map(({ entry, rest, head }): NewMessage => ({
          subject: layout.subject('dlv', rest),
          head,
          text: 'work' in entry ? entry.work : '',
          expected: { sequence: past.get(entry.id) ?? 0 },
          keepMs: head.removeAt - at,
        })),
      );
      if ('sequences' in written) {
        for (const [index, { entry, rest, head }] of planned.entries()) {
          const sequence = written.sequences[index]!;
          states.set(
            entry.id,
            head.status === 'skipped' ? 'skipped' : head.owner === undefined ? 'queued' : 'leased',
          );
          if (!('lane' in entry)) continue;
          open.put(rest, sequence, head);
          const stored = { shard, rest, sequence, head: { ...head, first: sequence }, text: entry.work };
          if (head.owner === undefined) queued.set(rest, stored);
          else leasedDeliveries.set(stored);
        }
        for (const [lane, count] of given) room.set(lane, room.get(lane)! - count);
        return states;
      }
      for (const [index, { id }] of left.entries()) {
        const found = written.found[index] as Found<DeliveryHead> | undefined;
        if (found === undefined) continue;
        if (isPast(found.head, at)) past.set(id, found.sequence);
        else states.set(id, 'known');
      }
      left = left.filter(({ id }) => !states.has(id));
      if (left.length === 0) return states;
    }
  }

  return async (batch, node, credit) => {
    if (batch.length === 0) return [];
    await nodes.evictSilent();
    const room = (await nodes.isLive(node)) ? new Map(credit) : new Map<string, number>();
    const byShard = new Map<Shard, Map<string, Enqueued>>();
    for (const entry of batch) {
      const shard = shardFor(entry.instanceId);
      const entries = byShard.get(shard) ?? new Map<string, Enqueued>();
      // If an id occurs twice in the batch, the first is used.
      if (!entries.has(entry.id)) entries.set(entry.id, entry);
      byShard.set(shard, entries);
    }
    const states = new Map<string, EnqueueResult['state']>();
    for (const [shard, entries] of byShard) {
      const all = [...entries.values()];
      for (let from = 0; from < all.length; from += UNIT_MESSAGES) {
        const part = await store(shard, all.slice(from, from + UNIT_MESSAGES), node, room);
        for (const [id, state] of part) states.set(id, state);
      }
    }
    return batch.map(({ id }) => {
      const state = states.get(id) ?? 'known';
      states.delete(id);
      return { id, state };
    });
  };
}
