// The waiting deliveries of one shard, by lane: a node's in-memory view of the parcels, without texts.
import { createHeap, type Heap } from './heap.ts';
import { LONGEST_DELAY_MS } from '../clock-step.ts';
import type { Waiting } from '../store.ts';
import { firstOf, type FollowedRow, type Parcel } from './parcel.ts';

export interface Entry {
  /** `<i>.<p>` of its parcel's subject. */
  readonly parcel: string;
  /** Of its row, whose members follow; not the row itself, which would keep the rest of it in memory. */
  readonly index: number;
  readonly id: string;
  readonly owner: string | undefined;
  readonly writtenDueAt: number;
  /** Orders deliveries due at the same time. */
  readonly first: number;
  readonly lane: Lane;
  /** Earlier than written once its owner is gone. */
  dueAt: number;
  place: 'due' | 'later' | 'leased' | 'taken' | 'gone';
}

/** A parcel that has waiting deliveries. */
interface OpenParcel {
  sequence: number;
  removeAt: number;
  /** By the index of the row. */
  readonly entries: (Entry | undefined)[];
  count: number;
}

interface Lane {
  readonly name: string;
  readonly due: Heap<Entry>;
  readonly later: Heap<Entry>;
  /** Of `due`, without those that have left it: heaps remove entries late. */
  count: number;
}

export interface OpenDeliveries {
  /** A parcel is in this state. Anything older than the known state changes nothing. */
  put(name: string, sequence: number, parcel: Followed | (() => Followed | undefined)): void;
  /** The follower has reported everything up to here. */
  told(sequence: number): void;
  /** No message before this sequence belongs to a waiting delivery. */
  low(): number;
  /** By its id. */
  find(id: string): Entry | undefined;
  /** The latest known sequence of a parcel; 0: unknown. */
  sequenceOf(name: string): number;
  /** Takes due entries, oldest first. They are given to nobody else until they are put again or given back. */
  take(lane: string, count: number): Entry[];
  /** A taken entry was not leased after all. */
  giveBack(entry: Entry): void;
  /** The parcel is no longer in the stream. */
  drop(name: string): void;
  hasDue(lane: string): boolean;
  /** Lanes with something due, counted up to `cap`. */
  waiting(cap: number): Map<string, Waiting>;
  /** Nodes that hold leases. */
  owners(): Iterable<string>;
  /** The node is gone: everything it leased was due, and is due again. */
  release(owner: string): void;
  /** The clock was set back: nothing waits for a time by the earlier clock. */
  hasten(): void;
  /** Drops parcels whose retention has passed; returns how many. */
  dropPast(limit: number): number;
}

/** A parcel as far as nodes follow it. */
type Followed = Parcel<FollowedRow>;

/** How many entries that have left a heap may be in it before it is cleaned up. */
const FORGOTTEN = 1_000;

interface Position {
  readonly name: string;
  readonly sequence: number;
}
const earlier = (a: Position, b: Position): boolean => a.sequence < b.sequence;
const older = (a: Entry, b: Entry): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.first < b.first);

export function createOpenDeliveries(now: () => number, isGone: (owner: string) => boolean): OpenDeliveries {
  const parcels = new Map<string, OpenParcel>();
  const entries = new Map<string, Entry>();
  const lanes = new Map<string, Lane>();
  const byOwner = new Map<string, Set<Entry>>();
  /** Parcels ended by our own writes, until the follower has passed them: it may still report their beginning. */
  const over = new Map<string, number>();
  const bySequence = createHeap(earlier);
  let position = 0;

  function laneOf(name: string): Lane {
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = { name, due: createHeap(older), later: createHeap(older), count: 0 };
      lanes.set(name, lane);
    }
    return lane;
  }

  /** Puts an entry where it belongs, unless it was taken or is gone. */
  function place(entry: Entry): void {
    const { lane, owner } = entry;
    if (owner !== undefined && !isGone(owner)) {
      entry.place = 'leased';
      const leased = byOwner.get(owner);
      if (leased) leased.add(entry);
      else byOwner.set(owner, new Set([entry]));
      return;
    }
    if (owner !== undefined) entry.dueAt = Math.min(entry.dueAt, now());
    const waitMs = entry.dueAt - now();
    // A due time further away was written by a clock that was wrong then.
    if (waitMs <= 0 || waitMs > LONGEST_DELAY_MS) {
      entry.place = 'due';
      lane.due.add(entry);
      lane.count += 1;
    } else {
      entry.place = 'later';
      lane.later.add(entry);
    }
  }

  function leave(entry: Entry, to: 'taken' | 'gone'): void {
    const { lane, owner } = entry;
    if (entry.place === 'due') lane.count -= 1;
    if (entry.place === 'leased') {
      const leased = byOwner.get(owner!);
      leased?.delete(entry);
      if (leased?.size === 0) byOwner.delete(owner!);
    }
    entry.place = to;
    if (lane.due.size > 2 * lane.count + FORGOTTEN) lane.due.keep((one) => one.place === 'due');
  }

  /** Moves entries that have become due. */
  function ripen(lane: Lane, until = now()): void {
    for (let first = lane.later.first(); first !== undefined; first = lane.later.first()) {
      if (first.place === 'later' && first.dueAt > until) return;
      lane.later.remove();
      if (first.place !== 'later') continue;
      first.place = 'due';
      lane.due.add(first);
      lane.count += 1;
    }
  }

  function remove(open: OpenParcel, index: number): void {
    const entry = open.entries[index];
    if (entry === undefined) return;
    leave(entry, 'gone');
    open.entries[index] = undefined;
    open.count -= 1;
    if (entries.get(entry.id) === entry) entries.delete(entry.id);
  }

  function drop(name: string): void {
    const open = parcels.get(name);
    if (open === undefined) return;
    for (const index of open.entries.keys()) remove(open, index);
    parcels.delete(name);
  }

  /** A row that has not moved keeps its entry, wherever that is. */
  function update(open: OpenParcel, name: string, parcel: Followed): void {
    for (const [index, row] of parcel.rows.entries()) {
      if (row.status !== 'queued') {
        remove(open, index);
        continue;
      }
      const { id, owner, dueAt } = row;
      const before = open.entries[index];
      if (before && before.owner === owner && before.writtenDueAt === dueAt && before.lane.name === row.lane)
        continue;
      remove(open, index);
      const entry: Entry = {
        parcel: name,
        index,
        id,
        owner,
        writtenDueAt: dueAt!,
        first: firstOf(parcel, index),
        lane: laneOf(row.lane!),
        dueAt: dueAt!,
        place: 'gone',
      };
      open.entries[index] = entry;
      open.count += 1;
      entries.set(id, entry);
      place(entry);
    }
  }

  function note(name: string, sequence: number): void {
    bySequence.add({ name, sequence });
    if (bySequence.size > 2 * parcels.size + FORGOTTEN)
      bySequence.keep((one) => parcels.get(one.name)?.sequence === one.sequence);
  }

  return {
    put(name, sequence, given) {
      const before = parcels.get(name);
      if (sequence <= (before?.sequence ?? over.get(name) ?? 0)) return;
      const parcel = typeof given === 'function' ? given() : given;
      if (parcel === undefined) return drop(name);
      const { removeAt } = parcel;
      const open = before ?? { sequence, removeAt, entries: [], count: 0 };
      open.sequence = sequence;
      open.removeAt = removeAt;
      update(open, name, parcel);
      over.delete(name);
      if (open.count > 0) {
        parcels.set(name, open);
        note(name, sequence);
      } else {
        parcels.delete(name);
        if (sequence > position) over.set(name, sequence);
      }
    },
    told(sequence) {
      position = sequence;
      for (const [name, at] of over) {
        // Approximately in the order of writing.
        if (at > sequence) return;
        over.delete(name);
      }
    },
    low() {
      for (let first = bySequence.first(); first !== undefined; first = bySequence.first()) {
        if (parcels.get(first.name)?.sequence === first.sequence)
          return Math.min(first.sequence, position + 1);
        bySequence.remove();
      }
      return position + 1;
    },
    find: (id) => entries.get(id),
    sequenceOf: (name) => parcels.get(name)?.sequence ?? over.get(name) ?? 0,
    take(name, count) {
      const lane = lanes.get(name);
      const taken: Entry[] = [];
      if (lane === undefined) return taken;
      ripen(lane);
      while (taken.length < count) {
        const entry = lane.due.remove();
        if (entry === undefined) break;
        if (entry.place !== 'due') continue;
        leave(entry, 'taken');
        taken.push(entry);
      }
      return taken;
    },
    giveBack(entry) {
      if (entry.place === 'taken') place(entry);
    },
    drop,
    hasDue(name) {
      const lane = lanes.get(name);
      if (lane === undefined) return false;
      ripen(lane);
      return lane.count > 0;
    },
    waiting(cap) {
      const waiting = new Map<string, Waiting>();
      for (const lane of lanes.values()) {
        ripen(lane);
        if (lane.count === 0) continue;
        // The first of the heap may have left the lane already.
        while (lane.due.first()!.place !== 'due') lane.due.remove();
        const dueForMs = Math.max(0, now() - lane.due.first()!.dueAt);
        waiting.set(lane.name, { count: Math.min(cap, lane.count), dueForMs });
      }
      return waiting;
    },
    owners: () => byOwner.keys(),
    release(owner) {
      const leased = byOwner.get(owner) ?? [];
      byOwner.delete(owner);
      for (const entry of leased) place(entry);
    },
    hasten() {
      for (const lane of lanes.values()) ripen(lane, Infinity);
    },
    dropPast(limit) {
      const at = now();
      let dropped = 0;
      for (const [name, { removeAt }] of parcels) {
        if (dropped === limit) break;
        if (removeAt > at) continue;
        drop(name);
        dropped += 1;
      }
      return dropped;
    },
  };
}
