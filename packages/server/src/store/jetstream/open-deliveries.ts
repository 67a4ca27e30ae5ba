// The deliveries of one shard that wait, by lane: what a node has in memory of the subject `due`. Texts are not among it.
import { createHeap, type Heap } from './heap.ts';
import { LONGEST_DELAY_MS } from '../step-back.ts';

/** The head of a waiting delivery, as far as this index reads it. */
export interface OpenHead {
  readonly lane: string;
  /** Milliseconds since the epoch, by the store's clock. */
  readonly dueAt: number;
  /** Since when it is known; the order among those due at the same time. Absent: since this very message. */
  readonly first?: number;
  /** UTC day of the event. */
  readonly day: string;
  /** The node that leased it. */
  readonly owner?: string;
}

export interface Entry {
  /** `<day>.<i>.<c>.<d>` of its subject. */
  readonly rest: string;
  readonly sequence: number;
  readonly first: number;
  readonly day: string;
  readonly lane: Lane;
  readonly owner: string | undefined;
  dueAt: number;
  place: 'due' | 'later' | 'leased' | 'taken' | 'gone';
}

interface Lane {
  readonly name: string;
  readonly due: Heap<Entry>;
  readonly later: Heap<Entry>;
  /** Of `due`, without those that have left it: heaps forget late. */
  count: number;
}

export interface OpenDeliveries {
  /** A delivery waits as this head says; undefined: it is over. What is older than what is known already changes nothing. */
  put(rest: string, sequence: number, head: OpenHead | undefined | (() => OpenHead | undefined)): void;
  /** The follower has told everything up to here. */
  told(sequence: number): void;
  find(rest: string): Entry | undefined;
  /** By the hash of its id. */
  findId(id: string): Entry | undefined;
  /** Takes what is due, oldest first: it is given to nobody else until it is put again, or given back. */
  take(lane: string, count: number): Entry[];
  /** What was taken was not leased after all. */
  giveBack(entry: Entry): void;
  /** It is not in the stream any more. */
  drop(entry: Entry): void;
  hasDue(lane: string): boolean;
  /** Lanes with something due, counted up to `cap`. */
  counts(cap: number): Map<string, number>;
  /** Nodes that hold leases. */
  owners(): Iterable<string>;
  /** The node is gone: what it leased was due, and is due. */
  release(owner: string): void;
  /** The clock was set back: nothing waits for a time by the clock before. */
  hasten(): void;
  /** Forgets what is of days before; answers how many. */
  dropBefore(day: string, limit: number): number;
  readonly size: number;
}

/** As many entries that have left a lane may be in its heap before they are looked for. */
const FORGOTTEN = 1_000;

const older = (a: Entry, b: Entry): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.first < b.first);

const idOf = (rest: string): string => rest.slice(rest.lastIndexOf('.') + 1);

export function createOpenDeliveries(now: () => number, isGone: (owner: string) => boolean): OpenDeliveries {
  const entries = new Map<string, Entry>();
  const lanes = new Map<string, Lane>();
  const byOwner = new Map<string, Set<Entry>>();
  /** What is over by our own writes, until the follower has told as much: it may still tell of their beginning. */
  const over = new Map<string, number>();

  function laneOf(name: string): Lane {
    let lane = lanes.get(name);
    if (lane === undefined) {
      lane = { name, due: createHeap(older), later: createHeap(older), count: 0 };
      lanes.set(name, lane);
    }
    return lane;
  }

  /** Where an entry belongs, unless it was taken or is gone. */
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
    // One that is due further away was written by a clock that was wrong then.
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
    const { lane } = entry;
    if (entry.place === 'due') lane.count -= 1;
    if (entry.place === 'leased') {
      const leased = byOwner.get(entry.owner!);
      leased?.delete(entry);
      if (leased?.size === 0) byOwner.delete(entry.owner!);
    }
    entry.place = to;
    if (lane.due.size > 2 * lane.count + FORGOTTEN) lane.due.keep((one) => one.place === 'due');
  }

  /** Makes due what has become so. */
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

  function drop(entry: Entry): void {
    leave(entry, 'gone');
    if (entries.get(idOf(entry.rest)) === entry) entries.delete(idOf(entry.rest));
  }

  return {
    put(rest, sequence, given) {
      const id = idOf(rest);
      const before = entries.get(id);
      if (sequence <= (before?.sequence ?? over.get(id) ?? 0)) return;
      const head = typeof given === 'function' ? given() : given;
      if (before) drop(before);
      over.delete(id);
      if (head === undefined) {
        over.set(id, sequence);
        return;
      }
      const { lane, dueAt, first = sequence, day, owner } = head;
      const entry: Entry = { rest, sequence, first, day, lane: laneOf(lane), owner, dueAt, place: 'gone' };
      entries.set(id, entry);
      place(entry);
    },
    told(sequence) {
      for (const [id, at] of over) {
        // In the order in which they were written, as good as.
        if (at > sequence) return;
        over.delete(id);
      }
    },
    find: (rest) => entries.get(idOf(rest)),
    findId: (id) => entries.get(id),
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
    counts(cap) {
      const counts = new Map<string, number>();
      for (const lane of lanes.values()) {
        ripen(lane);
        if (lane.count > 0) counts.set(lane.name, Math.min(cap, lane.count));
      }
      return counts;
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
    dropBefore(day, limit) {
      let dropped = 0;
      for (const entry of entries.values()) {
        if (dropped === limit) break;
        if (entry.day >= day) continue;
        drop(entry);
        dropped += 1;
      }
      return dropped;
    },
    get size() {
      return entries.size;
    },
  };
}
