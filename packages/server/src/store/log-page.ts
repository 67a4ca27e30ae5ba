// A page of the delivery log from rows, the same for every SQL store.
import { readAttempts } from './attempts.ts';
import { pageOf } from './page.ts';
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

/** A page has the rows before this `seq`, newest first. */
export const logBefore = ({ next }: PageRequest): number =>
  next === undefined ? Number.MAX_SAFE_INTEGER : Number(next);

export const toLogPage = (rows: readonly LogRow[], page: PageRequest): Page<LogEntry> =>
  pageOf(rows, page, toLogEntry, ({ seq }) => String(seq));

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
