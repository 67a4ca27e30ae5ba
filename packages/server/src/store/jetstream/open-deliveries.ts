// The waiting deliveries of one shard, by lane: a node's in-memory view of the subject `dlv`, without texts.
import { createHeap, type Heap } from './heap.ts';
import { LONGEST_DELAY_MS } from '../clock-step.ts';
import type { Waiting } from '../store.ts';
import type { DeliveryHead } from './delivery-message.ts';

/** The head of a delivery, as far as this index uses it. */
export type OpenHead = Pick<DeliveryHead, 'status' | 'lane' | 'dueAt' | 'first' | 'removeAt' | 'owner'>;

export interface Entry {
  /** `<i>.<c>.<d>` of its subject. */
  readonly rest: string;
  readonly sequence: number;
  /** Orders deliveries due at the same time. */
  readonly first: number;
  readonly removeAt: number;
  readonly lane: Lane;
  readonly owner: string | undefined;
  dueAt: number;
  place: 'due' | 'later' | 'leased' | 'taken' | 'gone';
}

interface Lane {
  readonly name: string;
  readonly due: Heap<Entry>;
  readonly later: Heap<Entry>;
  /** Of `due`, without those that have left it: heaps remove entries late. */
  count: number;
}

export interface OpenDeliveries {
  /** A delivery is in the state of this head. Anything older than the known state changes nothing. */
  put(rest: string, sequence: number, head: OpenHead | (() => OpenHead | undefined)): void;
  /** The follower has reported everything up to here. */
  told(sequence: number): void;
  /** No message before this sequence belongs to a waiting delivery. */
  low(): number;
  /** By the hash of its id. */
  findId(id: string): Entry | undefined;
  /** Takes due entries, oldest first. They are given to nobody else until they are put again or given back. */
  take(lane: string, count: number): Entry[];
  /** A taken entry was not leased after all. */
  giveBack(entry: Entry): void;
  /** It is no longer in the stream. */
  drop(entry: Entry): void;
  hasDue(lane: string): boolean;
  /** Lanes with something due, counted up to `cap`. */
  waiting(cap: number): Map<string, Waiting>;
  /** Nodes that hold leases. */
  owners(): Iterable<string>;
  /** The node is gone: everything it leased was due, and is due again. */
  release(owner: string): void;
  /** The clock was set back: nothing waits for a time by the earlier clock. */
  hasten(): void;
  /** Drops entries whose retention has passed; returns how many. */
  dropPast(limit: number): number;
}

/** How many entries that have left a lane may be in its heap before it is cleaned up. */
const FORGOTTEN = 1_000;

const earlier = (a: Entry, b: Entry): boolean => a.sequence < b.sequence;
const older = (a: Entry, b: Entry): boolean =>
  a.dueAt < b.dueAt || (a.dueAt === b.dueAt && a.first < b.first);

const idOf = (rest: string): string => rest.slice(rest.lastIndexOf('.') + 1);

export function createOpenDeliveries(now: () => number, isGone: (owner: string) => boolean): OpenDeliveries {
  const entries = new Map<string, Entry>();
  const lanes = new Map<string, Lane>();
  const byOwner = new Map<string, Set<Entry>>();
  /** Entries ended by our own writes, until the follower has passed them: it may still report their beginning. */
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
      if (head?.status !== 'queued') {
        if (sequence > position) over.set(id, sequence);
        return;
      }
      const { lane, dueAt, first = sequence, removeAt, owner } = head;
      const entry: Entry = {
        rest,
        sequence,
        first,
        removeAt,
        lane: laneOf(lane!),
        owner,
        dueAt: dueAt!,
        place: 'gone',
      };
      entries.set(id, entry);
      bySequence.add(entry);
      place(entry);
    },
    told(sequence) {
      position = sequence;
      for (const [id, at] of over) {
        // Approximately in the order of writing.
        if (at > sequence) return;
        over.delete(id);
      }
    },
    low() {
      for (let first = bySequence.first(); first !== undefined; first = bySequence.first()) {
        if (first.place !== 'gone') return Math.min(first.sequence, position + 1);
        bySequence.remove();
      }
      return position + 1;
    },
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
      for (const entry of entries.values()) {
        if (dropped === limit) break;
        if (entry.removeAt > at) continue;
        drop(entry);
        dropped += 1;
      }
      return dropped;
    },
  };
}
