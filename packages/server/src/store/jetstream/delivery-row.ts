// A row of a parcel: made from what is enqueued, and in the forms that callers get.
import type { Delivery, Enqueued, LogEntry } from '../store.ts';
import { countSent, readAttempts } from '../attempts.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import type { DeliveryRow, Parcel } from './parcel.ts';

export function newRow(entry: Enqueued, now: number, owner: string | undefined): DeliveryRow {
  const { id, contactId, messageId, registrationId } = entry;
  const named = { id, contactId, messageId, registrationId, count: 0 };
  if (!('lane' in entry)) return { ...named, status: 'skipped', reason: entry.reason, units: 0 };
  const { lane, expiresInMs, work } = entry;
  return {
    ...named,
    status: 'queued',
    lane,
    expiresAt: now + expiresInMs,
    dueAt: now,
    owner,
    units: work.length,
  };
}

/** In the form that `claim` returns. */
export function toDelivery(
  { instanceId, day, enqueuedAt }: Parcel,
  row: DeliveryRow,
  work: string,
  now: number,
): Delivery {
  const { id, contactId, messageId, registrationId, lane, expiresAt, kept } = row;
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
export function toLogEntry({ enqueuedAt }: Parcel, row: DeliveryRow): LogEntry {
  const { id, contactId, messageId, registrationId, lane, status, reason, kept, count, expiresAt, units } =
    row;
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
    ...(units > 0 && UNDELIVERED.includes(status) && { isKept: true }),
  };
}
