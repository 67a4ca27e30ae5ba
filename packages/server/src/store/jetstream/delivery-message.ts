// A delivery as a message: everything is in the head except the text, which is removed when it ends.
import { RETENTION, type Delivery, type Enqueued, type LogEntry } from '../store.ts';
import { countSent, readAttempts } from '../attempts.ts';
import { contactRest, hashed } from './layout.ts';

export interface DeliveryHead {
  readonly id: string;
  readonly day: string;
  readonly instanceId: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId?: string;
  readonly enqueuedAt: number;
  /** When its retention has passed. */
  readonly removeAt: number;
  /** The sequence of its first message, by which the delivery log is sorted; absent in that message. */
  readonly first?: number;
  readonly status: LogEntry['status'];
  readonly reason?: string;
  /** See `appendAttempts`. */
  readonly kept?: string;
  readonly count: number;
  /** Absent if it never started. */
  readonly lane?: string;
  readonly expiresAt?: number;
  readonly dueAt?: number;
  /** The node that leased it. */
  readonly owner?: string;
  /** It is undelivered, and its text is the part of its work that was kept. */
  readonly isKept?: true | undefined;
}

export const deliveryRest = ({
  instanceId,
  contactId,
  id,
}: Pick<DeliveryHead, 'instanceId' | 'contactId' | 'id'>): string =>
  `${contactRest(instanceId, contactId)}.${hashed(id)}`;

export function newHead(entry: Enqueued, now: number, owner: string | undefined): DeliveryHead {
  const { id, day, instanceId, contactId, messageId, registrationId } = entry;
  return {
    id,
    day,
    instanceId,
    contactId,
    messageId,
    ...(registrationId !== undefined && { registrationId }),
    enqueuedAt: now,
    removeAt: removalOf(day, now),
    count: 0,
    ...('lane' in entry
      ? {
          status: 'queued',
          lane: entry.lane,
          expiresAt: now + entry.expiresInMs,
          dueAt: now,
          ...(owner !== undefined && { owner }),
        }
      : { status: 'skipped', reason: entry.reason }),
  };
}

/** An event from long ago is also sent, and is recognized if it comes again. */
const LEAST_KEEP_MS = 2 * 86_400_000;

/** When a delivery that is written now is to be removed. */
export const removalOf = (day: string, now: number): number =>
  Math.max(now + LEAST_KEEP_MS, Date.parse(`${day}T00:00:00Z`) + 86_400_000 + RETENTION.deliveryMs);

/** The server removes a delivery by its own clock, which may be behind. */
export const isPast = ({ removeAt }: Pick<DeliveryHead, 'removeAt'>, now: number): boolean => removeAt <= now;

/** In the form that `claim` returns. */
export function toDelivery(head: DeliveryHead, work: string, now: number): Delivery {
  const { id, day, instanceId, contactId, messageId, registrationId, lane, expiresAt, kept, enqueuedAt } =
    head;
  return {
    id,
    day,
    instanceId,
    contactId,
    messageId,
    registrationId: registrationId!,
    lane: lane!,
    expiresInMs: expiresAt! - now,
    work,
    sentBefore: countSent(kept ?? null),
    ageMs: now - enqueuedAt,
  };
}

/** In the form that the delivery log returns. */
export function toLogEntry(head: DeliveryHead): LogEntry {
  const { id, contactId, messageId, registrationId, lane, status, reason, kept, count, enqueuedAt } = head;
  const { expiresAt, isKept } = head;
  return {
    id,
    contactId,
    messageId,
    ...(registrationId !== undefined && { registrationId }),
    ...(lane !== undefined && { lane }),
    status,
    ...(reason !== undefined && { reason }),
    attempts: readAttempts(kept ?? null),
    attemptCount: count,
    at: enqueuedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(isKept && { isKept }),
  };
}
