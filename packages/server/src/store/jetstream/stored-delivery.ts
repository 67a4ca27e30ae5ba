// A delivery as stored in its stream.
import { isPast, removalOf, type DeliveryHead } from './delivery-message.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import { hashed } from './layout.ts';
import type { Found, NewMessage } from './message.ts';
import type { Shard } from './shard.ts';

export interface StoredDelivery {
  readonly shard: Shard;
  /** `<i>.<c>.<d>`. */
  readonly rest: string;
  readonly sequence: number;
  readonly head: DeliveryHead;
  /** Its work while it waits, then the part of it that was kept. */
  readonly text: string;
}

export const toStored = (
  shard: Shard,
  { subject, sequence, head, text }: Found<DeliveryHead>,
): StoredDelivery => ({
  shard,
  rest: shard.layout.restOf(subject),
  sequence,
  head: { ...head, first: head.first ?? sequence },
  text,
});

/** Reads from the leader; with a wildcard, any that matches. Undefined also if its retention has passed. */
export async function readDelivery(
  shard: Shard,
  rest: string,
  now: number,
): Promise<StoredDelivery | undefined> {
  const found = await shard.reads.last<DeliveryHead>(shard.layout.subject('dlv', rest));
  return found === undefined || isPast(found.head, now) ? undefined : toStored(shard, found);
}

/**
 * By its id alone, or by instance and id. Waiting and listed deliveries are known; for any other, the servers
 * search the subjects.
 */
export async function findDelivery(
  shards: readonly Shard[],
  id: string,
  now: number,
  instanceId?: string,
): Promise<StoredDelivery | undefined> {
  const name = hashed(id);
  const instance = instanceId === undefined ? '*' : hashed(instanceId);
  for (const shard of shards) {
    const rest =
      shard.open.findId(name)?.rest ??
      (instanceId === undefined ? undefined : shard.ledger.find(instanceId, name));
    if (rest === undefined) continue;
    if (instanceId === undefined || rest.startsWith(instance)) return readDelivery(shard, rest, now);
  }
  for (const shard of shards) {
    const found = await readDelivery(shard, `${instance}.*.${name}`, now);
    if (found) return found;
  }
  return undefined;
}

/** The message that replaces a delivery which was read, in any state. */
function replacement(
  { shard, rest, sequence }: StoredDelivery,
  head: DeliveryHead,
  text: string,
  now: number,
): NewMessage {
  const isKept = (text !== '' && UNDELIVERED.includes(head.status)) || undefined;
  const removeAt = removalOf(head.day, now);
  return {
    subject: shard.layout.subject('dlv', rest),
    head: { ...head, removeAt, isKept },
    text,
    keepMs: removeAt - now,
    expected: { sequence },
  };
}

/** Replaces a delivery. If it was written since it was read, the result is `found`: what is there now, if anything. */
export async function replaceDelivery(
  before: StoredDelivery,
  head: DeliveryHead,
  text: string,
  now: number,
): Promise<{ readonly stored: StoredDelivery } | { readonly found: StoredDelivery | undefined }> {
  const { shard, rest } = before;
  const written = await shard.writer.write([replacement(before, head, text, now)]);
  if ('found' in written) {
    const found = written.found[0] as Found<DeliveryHead> | undefined;
    return { found: found && toStored(shard, found) };
  }
  const sequence = written.sequences[0]!;
  shard.open.put(rest, sequence, head);
  return { stored: { ...before, sequence, head, text } };
}
