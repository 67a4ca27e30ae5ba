// A delivery as a message: everything is in the head except the text, which is removed when it ends.
import { RETENTION, type Delivery, type Enqueued, type LogEntry } from '../store.ts';
import { countSent, readAttempts } from '../attempts.ts';
import { contactRest, hashed } from './layout.ts';

/** Stored as `due` while the status is `queued`, then as `log`. */
export interface DeliveryHead {
  readonly id: string;
  readonly day: string;
  readonly instanceId: string;
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId?: string;
  readonly enqueuedAt: number;
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

/** The head of an emptied `due`: the delivery is over. */
export const OVER = { over: true } as const;
/** A node that reads this much later finds out when it tries to lease the delivery. */
export const OVER_KEEP_MS = 600_000;

export const deliveryRest = ({
  day,
  instanceId,
  contactId,
  id,
}: Pick<DeliveryHead, 'day' | 'instanceId' | 'contactId' | 'id'>): string =>
  `${day}.${contactRest(instanceId, contactId)}.${hashed(id)}`;

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

/** A delivery whose day was over long ago must not be removed while it is being sent. */
const LEAST_KEEP_MS = 3_600_000;

/** How long a delivery is kept from now on. */
export const keepMs = (day: string, now: number): number =>
  Math.max(LEAST_KEEP_MS, Date.parse(`${day}T00:00:00Z`) + 86_400_000 + RETENTION.deliveryMs - now);

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
