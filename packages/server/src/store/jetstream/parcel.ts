// A parcel: deliveries that were enqueued together, as one message, which costs the servers little more than one of
// them. Its head has what every node follows. Its text has the rest of the rows, and then their texts.
import { RETENTION, type LogEntry } from '../store.ts';
import type { Found } from './message.ts';

/** What every node follows of a delivery. */
export interface FollowedRow {
  readonly id: string;
  readonly status: LogEntry['status'];
  readonly reason?: string | undefined;
  /** Absent if it never started. */
  readonly lane?: string | undefined;
  readonly dueAt?: number | undefined;
  /** The node that leased it. */
  readonly owner?: string | undefined;
}

/** A delivery: everything except its text, which is removed when it ends. */
export interface DeliveryRow extends FollowedRow {
  readonly contactId: string;
  readonly messageId: string;
  readonly registrationId?: string | undefined;
  /** Absent if it never started. */
  readonly expiresAt?: number | undefined;
  readonly count: number;
  /** See `appendAttempts`. */
  readonly kept?: string | undefined;
  /** The length of its text: its work while it waits, then the part of it that was kept. */
  readonly units: number;
}

export interface Parcel<Row extends FollowedRow = DeliveryRow> {
  readonly instanceId: string;
  /** Of their events. */
  readonly day: string;
  readonly enqueuedAt: number;
  /** When the retention of all of them has passed. */
  readonly removeAt: number;
  /** The sequence of the first delivery's id, by which the delivery log is sorted: see `firstOf`. */
  readonly first: number;
  /** A row never moves, so its index is its name. */
  readonly rows: readonly Row[];
}

/** The head of an id's message. */
export interface IdHead {
  /** `<i>.<p>` of the parcel's subject. */
  readonly parcel: string;
  readonly removeAt: number;
  /** Absent in its first message: its sequence. */
  readonly first?: number;
}

/** A parcel with its texts, as it was read or written. */
export interface StoredParcel {
  readonly sequence: number;
  readonly parcel: Parcel;
  readonly texts: readonly string[];
}

/**
 * The limits of a parcel, unless it has only one delivery. More rows would make a change of one of them dearer. The
 * server accepts 64 KB of head and 1 MB in all, and a unit is up to three bytes.
 */
export const PARCEL = { rows: 64, headUnits: 16 * 1024, textUnits: 32 * 1024 } as const;

/** An event from long ago is also sent, and is recognized if it comes again. */
const LEAST_KEEP_MS = 2 * 86_400_000;

/** When a parcel that is written now is to be removed. */
export const removalOf = (day: string, now: number): number =>
  Math.max(now + LEAST_KEEP_MS, Date.parse(`${day}T00:00:00Z`) + 86_400_000 + RETENTION.deliveryMs);

/** When one that is changed now is to be removed. It is extended rarely, because its ids are then written again. */
export const extendedRemovalOf = ({ day, removeAt }: Parcel, now: number): number =>
  removeAt - now < LEAST_KEEP_MS / 2 ? removalOf(day, now) : removeAt;

/** The server removes a message by its own clock, which may be behind. */
export const isPast = ({ removeAt }: { readonly removeAt: number }, now: number): boolean => removeAt <= now;

/** The ids of a parcel are written right before it, in the order of its rows. */
export const firstOf = ({ first }: Pick<Parcel, 'first'>, index: number): number => first + index;

/** The order is part of the format. */
const STATUSES: readonly LogEntry['status'][] = [
  'queued',
  'accepted',
  'rejected',
  'expired',
  'withdrawn',
  'skipped',
];

/** Lanes and owners are indices into `names`; times are relative to `at`. */
type PackedHead = readonly [
  id: string,
  status: number,
  lane: number | null,
  dueAt: number | null,
  owner: number | null,
  reason: string | null,
];
type PackedRest = readonly [
  contactId: string,
  messageId: string,
  registrationId: string | null,
  expiresAt: number | null,
  count: number,
  kept: string | null,
  units: number,
];

export interface ParcelHead {
  readonly instanceId: string;
  readonly day: string;
  readonly at: number;
  readonly removeAt: number;
  /** Absent in its first message. */
  readonly first?: number;
  readonly names: readonly string[];
  readonly rows: readonly PackedHead[];
}

export function packParcel(
  { instanceId, day, enqueuedAt: at, removeAt, first, rows }: Parcel,
  texts: readonly string[],
): { readonly head: ParcelHead; readonly text: string } {
  const names: string[] = [];
  const nameOf = (name: string | undefined): number | null => {
    if (name === undefined) return null;
    const index = names.indexOf(name);
    return index < 0 ? names.push(name) - 1 : index;
  };
  const since = (time: number | undefined): number | null => (time === undefined ? null : time - at);
  const heads = rows.map(({ id, status, lane, dueAt, owner, reason = null }): PackedHead => {
    return [id, STATUSES.indexOf(status), nameOf(lane), since(dueAt), nameOf(owner), reason];
  });
  const rests = rows.map((row): PackedRest => {
    const { contactId, messageId, registrationId = null, expiresAt, count, kept = null, units } = row;
    return [contactId, messageId, registrationId, since(expiresAt), count, kept, units];
  });
  return {
    head: { instanceId, day, at, removeAt, ...(first > 0 && { first }), names, rows: heads },
    text: `${JSON.stringify(rests)}\n${texts.join('')}`,
  };
}

export function unpackHead(head: ParcelHead, sequence: number): Parcel<FollowedRow> {
  const { instanceId, day, at, removeAt, names, rows, first = sequence - rows.length } = head;
  const nameOf = (index: number | null): string | undefined => (index === null ? undefined : names[index]);
  return {
    instanceId,
    day,
    enqueuedAt: at,
    removeAt,
    first,
    rows: rows.map(([id, status, lane, dueAt, owner, reason]) => ({
      id,
      status: STATUSES[status]!,
      lane: nameOf(lane),
      dueAt: dueAt === null ? undefined : at + dueAt,
      owner: nameOf(owner),
      reason: reason ?? undefined,
    })),
  };
}

export function toStored({ sequence, head, text }: Found<ParcelHead>): StoredParcel {
  const parcel = unpackHead(head, sequence);
  const end = text.indexOf('\n');
  const rests = JSON.parse(text.slice(0, end)) as readonly PackedRest[];
  const rows = parcel.rows.map((row, index): DeliveryRow => {
    const [contactId, messageId, registrationId, expiresAt, count, kept, units] = rests[index]!;
    return {
      ...row,
      contactId,
      messageId,
      registrationId: registrationId ?? undefined,
      expiresAt: expiresAt === null ? undefined : parcel.enqueuedAt + expiresAt,
      count,
      kept: kept ?? undefined,
      units,
    };
  });
  let at = end + 1;
  const texts = rows.map(({ units }) => text.slice(at, (at += units)));
  return { sequence, parcel: { ...parcel, rows }, texts };
}
