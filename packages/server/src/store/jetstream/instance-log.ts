// The deliveries of an instance: list, count, replay and withdraw.
import { tokenAfter } from '../instance-log.ts';
import { pageOf } from '../page.ts';
import { UNDELIVERED } from '../settle-rule.ts';
import type { LogEntry, Store } from '../store.ts';
import { findAnywhere, findOpen } from './delivery-place.ts';
import { toLogEntry } from './delivery-row.ts';
import type { LedgerRow } from './ledger.ts';
import { toStored, type Parcel, type ParcelHead, type StoredParcel } from './parcel.ts';
import type { Draft } from './parcels.ts';
import type { Shard } from './shard.ts';

type InstanceLogVerbs = Pick<
  Store,
  'instanceDeliveries' | 'deliveryCounts' | 'delivery' | 'replay' | 'withdraw'
>;

export function instanceLogVerbs(
  shardFor: (instanceId: string) => Shard,
  now: () => number,
): InstanceLogVerbs {
  /** The parcel as the list knows it, or as it is now. */
  async function parcelOf(
    { reads, parcels }: Shard,
    { parcel, sequence }: LedgerRow,
  ): Promise<StoredParcel | undefined> {
    const found = await reads.at<ParcelHead>(sequence);
    return found ? toStored(found) : parcels.read(parcel);
  }

  async function entriesOf(shard: Shard, rows: readonly LedgerRow[]): Promise<LogEntry[]> {
    const read = new Map<number, Promise<StoredParcel | undefined>>();
    for (const row of rows) if (!read.has(row.sequence)) read.set(row.sequence, parcelOf(shard, row));
    const entries = await Promise.all(
      rows.map(async ({ sequence, index }) => {
        const stored = await read.get(sequence);
        return stored ? [toLogEntry(stored.parcel, stored.parcel.rows[index]!)] : [];
      }),
    );
    return entries.flat();
  }

  async function nameOf(instanceId: string, id: string): Promise<string | undefined> {
    const shard = shardFor(instanceId);
    const listed = shard.ledger.find(instanceId, id);
    return listed ?? findOpen([shard], id)?.name ?? (await findAnywhere([shard], id, instanceId))?.name;
  }

  const indexIn = (parcel: Parcel, instanceId: string, id: string): number =>
    parcel.instanceId === instanceId ? parcel.rows.findIndex((row) => row.id === id) : -1;

  /** Changes a delivery in the state that the leader has. Returns `missing` if it does not exist. */
  async function change<T>(
    instanceId: string,
    id: string,
    missing: T,
    edit: (draft: Draft, index: number) => T,
  ): Promise<T> {
    const name = await nameOf(instanceId, id);
    if (name === undefined) return missing;
    return shardFor(instanceId).parcels.change(
      name,
      (draft) => {
        const index = draft ? indexIn(draft.parcel, instanceId, id) : -1;
        return draft === undefined || index < 0 ? missing : edit(draft, index);
      },
      { isFresh: true },
    );
  }

  return {
    async instanceDeliveries(filter, page) {
      const shard = shardFor(filter.instanceId);
      const { rows, edge } = await shard.ledger.page(filter, page);
      const { items, ...more } = pageOf(rows, page, (row) => row, tokenAfter, edge && tokenAfter(edge));
      return { items: await entriesOf(shard, items), ...more };
    },
    deliveryCounts: (instanceId, of, from, to) =>
      shardFor(instanceId).ledger.counts(instanceId, of, from, to),
    async delivery(instanceId, id) {
      const name = await nameOf(instanceId, id);
      const stored = name === undefined ? undefined : await shardFor(instanceId).parcels.read(name);
      const index = stored ? indexIn(stored.parcel, instanceId, id) : -1;
      if (stored === undefined || index < 0) return undefined;
      const row = stored.parcel.rows[index]!;
      const text = stored.texts[index]!;
      return {
        ...toLogEntry(stored.parcel, row),
        ...(row.status !== 'queued' && text !== '' && { kept: text }),
      };
    },
    replay: (instanceId, id, { lane, expiresInMs, work, reason }) =>
      change<'queued' | 'changed'>(instanceId, id, 'changed', (draft, index) => {
        const row = draft.parcel.rows[index]!;
        if (row.units === 0 || !UNDELIVERED.includes(row.status)) return 'changed';
        const at = now();
        const expiresAt = at + Math.round(expiresInMs);
        draft.set(index, { ...row, status: 'queued', reason, lane, dueAt: at, expiresAt }, work);
        return 'queued';
      }),
    withdraw: (instanceId, id, reason) =>
      change<'withdrawn' | 'ended' | 'unknown'>(instanceId, id, 'unknown', (draft, index) => {
        const row = draft.parcel.rows[index]!;
        if (row.status !== 'queued') return 'ended';
        draft.set(index, { ...row, status: 'withdrawn', reason, owner: undefined }, '');
        return 'withdrawn';
      }),
  };
}
