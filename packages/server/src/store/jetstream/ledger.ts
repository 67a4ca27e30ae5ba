// All deliveries of a shard, by instance: the basis of an instance's lists and counts. Read from the heads on first
// use: about 200 bytes for each delivery of the last week.
import { rowsFor } from '../page.ts';
import type { JetStreamClient } from '@nats-io/jetstream';
import { SCANNED_ROWS, startOf, statusIn, type LogPosition } from '../instance-log.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import type { DeliveryFilter, LogEntry, PageRequest } from '../store.ts';
import type { Follower } from './follower.ts';
import type { ShardLayout } from './layout.ts';
import { firstOf, unpackHead, type ParcelHead } from './parcel.ts';
import { createView } from './view.ts';

export interface LedgerRow extends LogPosition {
  /** `<i>.<p>` of its parcel's subject. */
  readonly parcel: string;
  readonly index: number;
  readonly removeAt: number;
  /** The sequence of its parcel's current message; `seq` is that of its id. */
  sequence: number;
  readonly status: LogEntry['status'];
  readonly reason: string | undefined;
  readonly lane: string | undefined;
}

export interface Ledger {
  /** Rows of a page, one more than its limit if there are more, and the last examined row if that is not the end. */
  page(
    filter: DeliveryFilter,
    page: PageRequest,
  ): Promise<{ readonly rows: readonly LedgerRow[]; readonly edge: LogPosition | undefined }>;
  /** How many were enqueued in each minute. */
  counts(instanceId: string, of: 'started' | 'undelivered', from: number, to: number): Promise<number[]>;
  /** The parcel of a delivery, if that is known without reading. */
  find(instanceId: string, id: string): string | undefined;
  /** Drops rows whose retention has passed. */
  dropPast(now: number): void;
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;

interface Instance {
  readonly byId: Map<string, LedgerRow>;
  /** Newest first; absent if something has changed since. */
  sorted?: LedgerRow[];
}

const newestFirst = (a: LogPosition, b: LogPosition): number => b.at - a.at || b.seq - a.seq;
const hasStarted = ({ lane }: LedgerRow): boolean => lane !== undefined;
const isUndelivered = ({ status }: LedgerRow): boolean => UNDELIVERED.includes(status);

export function createLedger(
  client: JetStreamClient,
  layout: ShardLayout,
  reachedTip: (follower: Follower) => Promise<void>,
): Ledger {
  const instances = new Map<string, Instance>();

  function note(subject: string, sequence: number, readHead: () => object | undefined): void {
    if (subject === layout.tip) return;
    const name = layout.restOf(subject);
    const head = readHead();
    if (head === undefined) return;
    const parcel = unpackHead(head as ParcelHead, sequence);
    const { instanceId, enqueuedAt: at, removeAt } = parcel;
    let of = instances.get(instanceId);
    if (of === undefined) instances.set(instanceId, (of = { byId: new Map() }));
    for (const [index, { id, status, reason, lane }] of parcel.rows.entries()) {
      const before = of.byId.get(id);
      if (before && before.sequence >= sequence) continue;
      if (before?.status === status && before.reason === reason && before.removeAt === removeAt) {
        before.sequence = sequence;
        continue;
      }
      const seq = firstOf(parcel, index);
      of.byId.set(id, { parcel: name, index, removeAt, sequence, status, reason, lane, at, seq });
      delete of.sorted;
    }
  }

  const { read, close } = createView({
    client,
    stream: layout.stream,
    subjects: [layout.subject('par', '>'), layout.tip],
    told: note,
    forget: () => instances.clear(),
    reachedTip,
  });

  function rowsOf(instanceId: string): readonly LedgerRow[] {
    const instance = instances.get(instanceId);
    return instance === undefined ? [] : (instance.sorted ??= [...instance.byId.values()].sort(newestFirst));
  }

  return {
    async page(filter, page) {
      await read();
      const { from = 0, lanes, reason, status } = filter;
      const sorted = rowsOf(filter.instanceId);
      const start = startOf(filter, page);
      const begin = sorted.findIndex((row) => newestFirst(start, row) < 0);
      if (begin < 0) return { rows: [], edge: undefined };
      const only = statusIn(filter);
      const fits = (row: LedgerRow): boolean =>
        (status === 'skipped' ? !hasStarted(row) : hasStarted(row)) &&
        (status !== 'undelivered' || isUndelivered(row)) &&
        (only === null || row.status === only) &&
        (reason === undefined || row.reason === reason) &&
        (lanes === undefined || lanes.some((lane) => row.lane?.startsWith(lane)));
      const rows: LedgerRow[] = [];
      let at = begin;
      for (; at < sorted.length && at - begin < SCANNED_ROWS && rows.length < rowsFor(page); at++) {
        const row = sorted[at]!;
        if (row.at < from) return { rows, edge: undefined };
        if (fits(row)) rows.push(row);
      }
      return { rows, edge: at < sorted.length ? sorted[at - 1] : undefined };
    },
    async counts(instanceId, of, from, to) {
      await read();
      const counts = Array.from({ length: Math.max(0, to - from) }, () => 0);
      const fits = of === 'started' ? hasStarted : isUndelivered;
      for (const row of rowsOf(instanceId)) {
        const minute = Math.floor(row.at / MINUTE_MS) - from;
        if (minute < 0) break;
        if (minute < counts.length && fits(row)) counts[minute]! += 1;
      }
      return counts;
    },
    find: (instanceId, id) => instances.get(instanceId)?.byId.get(id)?.parcel,
    dropPast(now) {
      for (const instance of instances.values())
        for (const [id, row] of instance.byId)
          if (row.removeAt <= now) {
            instance.byId.delete(id);
            delete instance.sorted;
          }
    },
    close,
  };
}
