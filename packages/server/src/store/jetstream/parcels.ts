// The parcels of one shard: read, and changed by conditional writes.
//
//   change ─► queue ─► all of the queue on the latest state ─► write ─► each change: its result
//               ▲                                                │
//               └── what arrives meanwhile                       └ another node has written: again, on what it wrote
import { setImmediate as endOfTurn } from 'node:timers/promises';
import { deliveryRest, type ShardLayout } from './layout.ts';
import type { Found, NewMessage } from './message.ts';
import type { OpenDeliveries } from './open-deliveries.ts';
import {
  extendedRemovalOf,
  firstOf,
  isPast,
  packParcel,
  toStored,
  type DeliveryRow,
  type IdHead,
  type Parcel,
  type ParcelHead,
  type StoredParcel,
} from './parcel.ts';
import type { Reads } from './reads.ts';
import { createRecent, type Recent } from './recent.ts';
import type { Writer } from './writer.ts';

/** A parcel while it is changed. */
export interface Draft {
  readonly parcel: Parcel;
  text(index: number): string;
  set(index: number, row: Omit<DeliveryRow, 'units'>, text: string): void;
}

/** Without a draft if the parcel is gone. Runs again if another node has written meanwhile. */
type Change<T> = (draft: Draft | undefined) => T;

export interface Parcels {
  /** The latest state, from the leader. */
  read(name: string): Promise<StoredParcel | undefined>;
  /** The states of many parcels, from replicas that have reached `least`. */
  readAll(names: readonly string[], least: number): Promise<Map<string, StoredParcel>>;
  /** `isFresh`: starts from the state that the leader has, not from one that this process remembers. */
  change<T>(name: string, change: Change<T>, options?: { readonly isFresh: boolean }): Promise<T>;
  /** Reads those that a change would read one by one. */
  prepare(names: readonly string[]): Promise<void>;
  /** This process has written a new parcel. */
  added(name: string, stored: StoredParcel): void;
}

interface Pending {
  readonly change: Change<unknown>;
  readonly isFresh: boolean;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The approximate memory of a row besides its text. */
const ROW_UNITS = 512;

/** What this process remembers of parcels with waiting deliveries, of all shards together. */
export const createRecentParcels = (): Recent<StoredParcel> =>
  createRecent(({ texts }) => texts.reduce((sum, text) => sum + ROW_UNITS + text.length, 0));

export function createParcels(shard: {
  readonly layout: ShardLayout;
  readonly reads: Reads;
  readonly writer: Writer;
  readonly open: OpenDeliveries;
  readonly recent: Recent<StoredParcel>;
  readonly now: () => number;
}): Parcels {
  const { layout, reads, writer, open, recent, now } = shard;
  const queues = new Map<string, Pending[]>();
  const subjectOf = (name: string): string => layout.subject('par', name);

  function known(name: string, stored: StoredParcel | undefined): StoredParcel | undefined {
    if (stored === undefined || isPast(stored.parcel, now())) {
      recent.delete(name);
      open.drop(name);
      return undefined;
    }
    if (stored.parcel.rows.some(({ status }) => status === 'queued')) recent.set(name, stored);
    else recent.delete(name);
    open.put(name, stored.sequence, stored.parcel);
    return stored;
  }

  const toKnown = (name: string, found: Found<ParcelHead> | undefined): StoredParcel | undefined =>
    known(name, found && toStored(found));

  const read = async (name: string): Promise<StoredParcel | undefined> =>
    toKnown(name, await reads.last<ParcelHead>(subjectOf(name)));

  /** What this process remembers, unless another node has written since. */
  function remembered(name: string): StoredParcel | undefined {
    const stored = recent.get(name);
    return stored && stored.sequence >= open.sequenceOf(name) ? stored : undefined;
  }

  async function readAll(names: readonly string[], least: number): Promise<Map<string, StoredParcel>> {
    const found = await reads.lastOf<ParcelHead>(names.map(subjectOf), least);
    return new Map(found.map((one) => [layout.restOf(one.subject), toStored(one)]));
  }

  /** The parcel as it becomes, with its ids if they would be removed before it. */
  function messagesOf(name: string, before: StoredParcel, after: StoredParcel, at: number): NewMessage[] {
    const { parcel } = after;
    const keepMs = parcel.removeAt - at;
    const message: NewMessage = {
      subject: subjectOf(name),
      ...packParcel(parcel, after.texts),
      expected: { sequence: before.sequence },
      keepMs,
    };
    if (parcel.removeAt === before.parcel.removeAt) return [message];
    const ids = parcel.rows.map(({ contactId, id }, index): NewMessage => {
      const head: IdHead = { parcel: name, removeAt: parcel.removeAt, first: firstOf(parcel, index) };
      return {
        subject: layout.subject('dlv', deliveryRest({ instanceId: parcel.instanceId, contactId, id })),
        head,
        keepMs,
      };
    });
    return [message, ...ids];
  }

  /** Runs the changes until they are written, or change nothing; returns the state and their results. */
  async function apply(
    name: string,
    from: StoredParcel | undefined,
    changes: readonly Pending[],
  ): Promise<{ readonly stored: StoredParcel | undefined; readonly results: readonly unknown[] }> {
    for (let before = from; ;) {
      const drafted = before && draftOf(before, now());
      const results = changes.map(({ change }) => change(drafted?.draft));
      const after = drafted?.changed();
      if (before === undefined || after === undefined) return { stored: before, results };
      const messages = messagesOf(name, before, after, now());
      const written = await writer.write(messages);
      if ('sequences' in written)
        return { stored: known(name, { ...after, sequence: written.sequences[0]! }), results };
      before = toKnown(name, written.found[0] as Found<ParcelHead> | undefined);
    }
  }

  async function run(name: string): Promise<void> {
    // Everything that this turn changes is one write.
    await endOfTurn();
    for (let stored = remembered(name); ;) {
      const changes = queues.get(name)!;
      if (changes.length === 0) return void queues.delete(name);
      queues.set(name, []);
      try {
        if (stored === undefined || changes.some(({ isFresh }) => isFresh)) stored = await read(name);
        const applied = await apply(name, stored, changes);
        stored = applied.stored;
        for (const [index, { resolve }] of changes.entries()) resolve(applied.results[index]);
      } catch (error) {
        stored = undefined;
        recent.delete(name);
        for (const { reject } of changes) reject(error);
      }
    }
  }

  return {
    read,
    readAll,
    async prepare(names) {
      const missing = names.filter((name) => remembered(name) === undefined);
      if (missing.length < 2) return;
      const least = Math.max(...missing.map((name) => open.sequenceOf(name)));
      const found = await readAll(missing, least);
      for (const name of missing) known(name, found.get(name));
    },
    change<T>(name: string, change: Change<T>, { isFresh = false } = {}) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      const pending: Pending = { change, isFresh, resolve, reject };
      const queue = queues.get(name);
      if (queue) queue.push(pending);
      else {
        queues.set(name, [pending]);
        void run(name);
      }
      return promise as Promise<T>;
    },
    added: (name, stored) => void known(name, stored),
  };
}

function draftOf(
  before: StoredParcel,
  at: number,
): { readonly draft: Draft; readonly changed: () => StoredParcel | undefined } {
  let rows: DeliveryRow[] | undefined;
  let texts: string[] | undefined;
  const current = (): Parcel => (rows ? { ...before.parcel, rows } : before.parcel);
  return {
    draft: {
      get parcel() {
        return current();
      },
      text: (index) => (texts ?? before.texts)[index]!,
      set(index, row, text) {
        rows ??= [...before.parcel.rows];
        texts ??= [...before.texts];
        rows[index] = { ...row, units: text.length };
        texts[index] = text;
      },
    },
    changed() {
      if (rows === undefined || texts === undefined) return undefined;
      const parcel = { ...before.parcel, rows, removeAt: extendedRemovalOf(before.parcel, at) };
      return { sequence: 0, parcel, texts };
    },
  };
}
