// Where a delivery is.
import { hashed } from './layout.ts';
import type { IdHead } from './parcel.ts';
import type { Shard } from './shard.ts';

export interface DeliveryPlace {
  readonly shard: Shard;
  /** `<i>.<p>` of its parcel's subject. */
  readonly name: string;
  /** It waits, as far as this process knows. */
  readonly isOpen: boolean;
}

export function findOpen(shards: readonly Shard[], id: string): DeliveryPlace | undefined {
  for (const shard of shards) {
    const entry = shard.open.find(id);
    if (entry) return { shard, name: entry.parcel, isOpen: true };
  }
  return undefined;
}

/** By its id alone, or by instance and id: the servers search the subjects. */
export async function findAnywhere(
  shards: readonly Shard[],
  id: string,
  instanceId?: string,
): Promise<DeliveryPlace | undefined> {
  const instance = instanceId === undefined ? '*' : hashed(instanceId);
  for (const shard of shards) {
    const subject = shard.layout.subject('dlv', `${instance}.*.${hashed(id)}`);
    const found = await shard.reads.last<IdHead>(subject);
    if (found) return { shard, name: found.head.parcel, isOpen: false };
  }
  return undefined;
}
