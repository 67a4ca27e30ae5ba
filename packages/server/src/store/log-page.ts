// A page of the delivery log from rows, the same for every SQL store.
import { readAttempts } from './attempts.ts';
import type { LogEntry, Page, PageRequest } from './store.ts';

/** The column names of the stores' queries. `seq` increases with each row, and pages are ordered by it. */
export interface LogRow extends Omit<
  LogEntry,
  'registrationId' | 'lane' | 'reason' | 'attempts' | 'expiresAt' | 'isKept'
> {
  readonly seq: number;
  readonly registrationId: string | null;
  readonly lane: string | null;
  readonly reason: string | null;
  readonly kept: string | null;
  readonly expiresAt: number | null;
  /** A number if the database has no booleans. */
  readonly isKept: boolean | number;
}

/** A page has the rows before this `seq`, newest first; one row more than `limit` shows that there is a next page. */
export const logBefore = ({ next }: PageRequest): number =>
  next === undefined ? Number.MAX_SAFE_INTEGER : Number(next);

export function toLogPage(rows: readonly LogRow[], { limit }: PageRequest): Page<LogEntry> {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items: kept.map(toLogEntry), ...(more ? { next: String(last.seq) } : {}) };
}

export function toLogEntry(row: LogRow): LogEntry {
  const {
    id,
    contactId,
    messageId,
    registrationId,
    lane,
    status,
    reason,
    kept,
    attemptCount,
    at,
    expiresAt,
  } = row;
  return {
    id,
    contactId,
    messageId,
    ...(registrationId === null ? {} : { registrationId }),
    ...(lane === null ? {} : { lane }),
    status,
    ...(reason === null ? {} : { reason }),
    attempts: readAttempts(kept),
    attemptCount,
    at,
    ...(expiresAt === null ? {} : { expiresAt }),
    ...(row.isKept ? { isKept: true } : {}),
  };
}
