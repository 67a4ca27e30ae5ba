// Which nodes are alive. A heartbeat is a message that replaces the previous one. Nobody compares clocks: a node is
// silent when its last heartbeat was seen longer ago than it is valid, by the observer's monotonic clock. An
// observer that finds a node silent overwrites that last heartbeat before it takes over anything. So a node that
// sends a heartbeat at the same moment either comes first and lives, or learns that it was evicted.
import type { Store } from '../store.ts';
import type { controlLayout } from './layout.ts';
import type { Reads } from './reads.ts';
import type { Writer } from './writer.ts';

interface NodeHead {
  readonly name: string;
  /** How long its heartbeat is valid; absent: the node is gone. */
  readonly ttlMs?: number;
  /** See `LivingNode`. Absent: an older version wrote it, or the node is gone. */
  readonly since?: number;
  readonly beatAt?: number;
  readonly about?: string;
}

interface Known {
  sequence: number;
  ttlMs: number;
  /** When this heartbeat was first seen, by the monotonic clock. */
  seenAt: number;
  isGone: boolean;
  readonly head: NodeHead;
}

/** How long a dead node is remembered: longer than a machine sleeps, or a delivery lasts. */
const REMEMBER_MS = 30 * 86_400_000;

export interface Nodes extends Pick<Store, 'beat' | 'nodes' | 'leave'> {
  /** A message from the follower. */
  hear(sequence: number, head: object | undefined): void;
  /** Whether this node sends heartbeats, as far as is known. */
  isLive(name: string): Promise<boolean>;
  /** Whether this owner of a lease is known to be gone. */
  isGone(owner: string): boolean;
  /** Asks the leader which of these owners of leases are gone: the follower may not have reported it yet. */
  resolve(owners: Iterable<string>): Promise<void>;
  /** Evicts silent nodes. */
  evictSilent(): Promise<void>;
  /** Called for every node that is gone. */
  onGone(listener: (name: string) => void): void;
}

export function createNodes(
  layout: ReturnType<typeof controlLayout>,
  reads: Reads,
  writer: Writer,
  time: { now(): number; monotonic(): number },
): Nodes {
  const monotonic = (): number => time.monotonic();
  const known = new Map<string, Known>();
  const listeners: ((name: string) => void)[] = [];

  function learn(sequence: number, head: NodeHead): Known {
    const { name, ttlMs } = head;
    const before = known.get(name);
    if (before !== undefined && before.sequence >= sequence) return before;
    const isGone = ttlMs === undefined;
    const now: Known = { sequence, ttlMs: ttlMs ?? 0, seenAt: monotonic(), isGone, head };
    known.set(name, now);
    if (isGone && before?.isGone !== true) for (const listener of listeners) listener(name);
    return now;
  }

  /** Reads the node from the stream. If it is not there, a node that was known has been deleted: it is gone. */
  async function look(name: string): Promise<Known | undefined> {
    const found = await reads.last<NodeHead>(layout.node(name));
    if (found) return learn(found.sequence, found.head);
    const before = known.get(name);
    return before && learn(before.sequence + 1, { name });
  }

  async function write(head: NodeHead, sequence: number): Promise<Known | undefined> {
    const written = await writer.write([
      { subject: layout.node(head.name), head, expected: { sequence }, keepMs: REMEMBER_MS },
    ]);
    return 'sequences' in written ? learn(written.sequences[0]!, head) : undefined;
  }

  /** Records that the node is gone, unless it has sent a heartbeat since `node` was read. */
  async function bury(name: string, node: Known): Promise<void> {
    if ((await write({ name }, node.sequence)) === undefined) await look(name);
  }

  const isSilent = ({ isGone, seenAt, ttlMs }: Known): boolean => !isGone && seenAt + ttlMs <= monotonic();
  const lives = (node: Known | undefined): boolean => node !== undefined && !node.isGone && !isSilent(node);

  return {
    hear(sequence, head) {
      if (head !== undefined) learn(sequence, head as NodeHead);
    },
    isLive: async (name) => lives(known.get(name) ?? (await look(name))),
    isGone: (owner) => known.get(owner)?.isGone === true,
    async resolve(owners) {
      const living = [...owners].filter((owner) => known.get(owner)?.isGone !== true);
      await Promise.all(
        living.map(async (name) => {
          // It has sent heartbeats, or it had no lease: it has been deleted since.
          if ((await look(name)) === undefined) learn(1, { name });
        }),
      );
    },
    onGone: (listener) => void listeners.push(listener),
    async evictSilent() {
      const silent = [...known].filter(([, node]) => isSilent(node));
      await Promise.all(silent.map(([name, node]) => bury(name, node)));
    },
    async beat(name, ttlMs, about) {
      for (let node = known.get(name) ?? (await look(name)); ; node = await look(name)) {
        if (node && isSilent(node)) await bury(name, node);
        const now = known.get(name);
        if (now?.isGone) return 'evicted';
        const beatAt = time.now();
        const { since = beatAt, about: before } = now?.head ?? {};
        const described = about ?? before;
        const head: NodeHead = {
          name,
          ttlMs: Math.round(ttlMs),
          since,
          beatAt,
          ...(described !== undefined && { about: described }),
        };
        if (await write(head, now?.sequence ?? 0)) return 'alive';
      }
    },
    async nodes() {
      // The follower may not have reported the newest heartbeats yet: any replica that has the last one has them all.
      const newest = await reads.last<NodeHead>(layout.nodes);
      for (const { sequence, head } of await reads.list<NodeHead>([layout.nodes], newest?.sequence ?? 0))
        learn(sequence, head);
      return [...known.values()]
        .filter((node) => lives(node))
        .map(({ head: { name, since = time.now(), beatAt = time.now(), about = '' } }) => ({
          name,
          since,
          beatAt,
          about,
        }))
        .sort((one, two) => one.since - two.since);
    },
    async leave(name) {
      for (;;) {
        const node = known.get(name) ?? (await look(name));
        if (node === undefined || node.isGone) return;
        await bury(name, node);
      }
    },
  };
}
