// The delivery log for reading: message by message, with outcome and reason. Pure.
import type { Delivery, Registration } from '@chatpush/client';
import { diagnose, explainReason } from 'chatpush/explain';

/** One message of the chat with its deliveries, or with the reason why it has none. */
export interface Told {
  messageId: string;
  /** ISO 8601: when its first delivery was accepted. */
  at: string;
  deliveries: readonly Delivery[];
}

/** Newest message first; deliveries in the order in which they were accepted. */
export function timelineOf(newestFirst: readonly Delivery[]): Told[] {
  const byMessage = new Map<string, Delivery[]>();
  for (const delivery of newestFirst) {
    const deliveries = byMessage.get(delivery.messageId);
    if (deliveries === undefined) byMessage.set(delivery.messageId, [delivery]);
    else deliveries.unshift(delivery);
  }
  return [...byMessage].map(([messageId, deliveries]) => ({
    messageId,
    at: deliveries[0]!.createdAt,
    deliveries,
  }));
}

export const STATUS_WORDS: Readonly<Record<Delivery['status'], string>> = {
  queued: 'Waiting',
  accepted: 'Accepted by the gateway',
  rejected: 'Refused by the gateway',
  expired: 'Expired before it was sent',
  withdrawn: 'Withdrawn',
  skipped: 'Not pushed',
};

/** `good`, `waiting` or `bad`: the colour beside the text. */
export const moodOf = ({ status }: Pick<Delivery, 'status'>): 'good' | 'waiting' | 'bad' =>
  status === 'accepted' ? 'good' : status === 'queued' ? 'waiting' : 'bad';

export interface Explanation {
  why: string;
  /** How to fix it, if it can be fixed. */
  cure?: string;
}

/** The reason for the status; undefined if the status needs none. */
export function explain({ status, reason, attempts }: Delivery): Explanation | undefined {
  const last = attempts.at(-1);
  const own = reason === undefined ? undefined : explainReason(reason);
  // Our own reasons have their sentences; a gateway's reason is explained with its likely cause.
  if (own !== undefined && !own.startsWith('The gateway said ')) return { why: own };
  if (status === 'accepted' || (reason === undefined && last === undefined)) return undefined;
  const said = [last?.answer, reason].filter(Boolean).join(' ');
  if (said === '') return undefined;
  const diagnosis = diagnose(said, (last?.gateway ?? '').startsWith('fcm') ? 'GCM' : 'APNS');
  if (diagnosis !== undefined) return { why: diagnosis.says, cure: diagnosis.cure };
  return { why: own ?? `The gateway said ${said}.` };
}

/** Answers "why did this customer get nothing?" from the newest message. */
export function summaryOf(
  timeline: readonly Told[],
  registrations: readonly Registration[] | undefined,
): string {
  const devices = registrations?.length ?? 0;
  const suspended = registrations?.filter(({ status }) => status === 'SUSPENDED').length ?? 0;
  const registered =
    registrations === undefined
      ? 'The contact has ended, or never started here.'
      : devices === 0
        ? 'No device is registered.'
        : `${devices === 1 ? 'One device is' : `${devices} devices are`} registered${suspended > 0 ? `, ${suspended} suspended` : ''}.`;
  const [newest] = timeline;
  if (newest === undefined) return `${registered} No message has arrived.`;
  const counts = new Map<string, number>();
  for (const { status } of newest.deliveries) counts.set(status, (counts.get(status) ?? 0) + 1);
  const became = [...counts]
    .map(([status, count]) => {
      const words = STATUS_WORDS[status as Delivery['status']].toLowerCase();
      return newest.deliveries.length === 1 ? words : `${count} ${words}`;
    })
    .join(', ');
  const whys = new Set(newest.deliveries.map((delivery) => explain(delivery)?.why));
  const [why] = whys;
  return `${registered} Newest message: ${became}.${whys.size === 1 && why !== undefined ? ` ${why}` : ''}`;
}
