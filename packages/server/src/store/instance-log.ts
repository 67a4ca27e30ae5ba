// Pages of an instance's deliveries, the same for every SQL store: newest first by enqueue time, and by `seq`
// within one millisecond.
import type { LogRow } from './log-page.ts';
import { toLogEntry } from './log-page.ts';
import { pageOf } from './page.ts';
import { UNDELIVERED } from './settle-rule.ts';
import type { DeliveryFilter, LogEntry, Page, PageRequest } from './store.ts';

/** Rows that one call examines: about 3 ms if each must be read and none matches. */
export const SCANNED_ROWS = 2_000;

/** The index that a filter uses. */
export type LogIndex = 'started' | 'skipped' | 'undelivered';

export function indexFor(status: DeliveryFilter['status']): LogIndex {
  if (status === undefined) return 'started';
  if (status === 'skipped' || status === 'undelivered') return status;
  return UNDELIVERED.includes(status) ? 'undelivered' : 'started';
}

/** Whether rows of the index may fail to match. If all match, a page examines no more rows than it returns. */
export const hasMisses = (filter: DeliveryFilter): boolean =>
  statusIn(filter) !== null || filter.reason !== undefined || filter.lanes !== undefined;

/** The status that rows of the index must also have. */
export const statusIn = ({ status }: DeliveryFilter): string | null =>
  status === undefined || status === 'undelivered' ? null : status;

export interface LogPosition {
  readonly at: number;
  readonly seq: number;
}

const isBefore = (one: LogPosition, other: LogPosition): boolean =>
  one.at < other.at || (one.at === other.at && one.seq < other.seq);

/** A page contains the rows before this position. */
export function startOf({ to }: DeliveryFilter, { next }: PageRequest): LogPosition {
  const end = { at: to ?? Number.MAX_SAFE_INTEGER, seq: 0 };
  if (next === undefined) return end;
  const [at = NaN, seq = NaN] = next.split(' ').map(Number);
  const place = { at, seq };
  return isBefore(place, end) ? place : end;
}

export const tokenAfter = ({ at, seq }: LogPosition): string => `${at} ${seq}`;

/** `edge` is the last row that was examined, if there are more. */
export const toInstancePage = (
  rows: readonly LogRow[],
  page: PageRequest,
  edge: LogPosition | undefined,
): Page<LogEntry> => pageOf(rows, page, toLogEntry, tokenAfter, edge && tokenAfter(edge));
