// A delivery as stored in the stream: in `due` while it waits, then in `log`; the other one of the two is empty.
import { keepMs, OVER, OVER_KEEP_MS, type DeliveryHead } from './delivery-message.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import { hashed } from './layout.ts';
import type { Found, NewMessage } from './message.ts';
import type { Shard } from './shard.ts';

export interface StoredDelivery {
  readonly shard: Shard;
  /** `<day>.<i>.<c>.<d>`. */
  readonly rest: string;
  readonly sequence: number;
  readonly head: DeliveryHead;
  /** Its work while it waits, then the part of it that was kept. */
  readonly text: string;
  readonly isOver: boolean;
}

const isFilled = (found: Found<DeliveryHead> | undefined): found is Found<DeliveryHead> =>
  found?.head.status !== undefined;

/** Reads from the leader. */
export async function readDelivery(shard: Shard, rest: string): Promise<StoredDelivery | undefined> {
  const { layout, reads } = shard;
  const [due, log] = await Promise.all([
    reads.last<DeliveryHead>(layout.subject('due', rest)),
    reads.last<DeliveryHead>(layout.subject('log', rest)),
  ]);
  const found = isFilled(due) ? due : isFilled(log) ? log : undefined;
  if (found === undefined) return undefined;
  const { head, sequence, text } = found;
  return {
    shard,
    rest,
    sequence,
    head: { ...head, first: head.first ?? sequence },
    text,
    isOver: found === log,
  };
}

/**
 * By its id alone, or by instance and id. Waiting and listed deliveries are known; for any other, the server
 * searches the subjects of all ended ones.
 */
export async function findDelivery(
  shard: Shard,
  id: string,
  instanceId?: string,
): Promise<StoredDelivery | undefined> {
  const { layout, reads, open, ledger } = shard;
  const name = hashed(id);
  const instance = instanceId === undefined ? '*' : hashed(instanceId);
  const entry = open.findId(name);
  if (entry)
    return instanceId === undefined || entry.rest.split('.')[1] === instance
      ? readDelivery(shard, entry.rest)
      : undefined;
  const subject =
    (instanceId === undefined ? undefined : ledger.find(instanceId, name)) ??
    (await reads.last(layout.subject('log', `*.${instance}.*.${name}`)))?.subject;
  return subject === undefined ? undefined : readDelivery(shard, layout.restOf(subject));
}

/** Replaces a delivery that was read, in any state, with another. */
export function replaceDelivery(
  before: StoredDelivery,
  head: DeliveryHead,
  text: string,
  now: number,
): NewMessage[] {
  const { shard, rest, sequence, isOver } = before;
  const staysIn = isOver === (head.status !== 'queued');
  const [here, there] = [isOver ? 'log' : 'due', isOver ? 'due' : 'log'] as const;
  const isKept = (text !== '' && UNDELIVERED.includes(head.status)) || undefined;
  const message = { head: { ...head, isKept }, text, keepMs: keepMs(head.day, now) };
  const subject = shard.layout.subject(here, rest);
  const expected = { sequence };
  if (staysIn) return [{ ...message, subject, expected }];
  return [
    { ...message, subject: shard.layout.subject(there, rest) },
    { subject, expected, head: OVER, keepMs: OVER_KEEP_MS },
  ];
}
