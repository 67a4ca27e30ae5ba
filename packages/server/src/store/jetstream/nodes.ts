// Which nodes live. A beat is a message that is written over the one before; nobody compares clocks: a node is silent when its
// last beat was seen as long ago as it said it would hold, by the monotonic clock of the one who looks. Whoever finds a node silent
// writes so over that last beat, before it takes anything of that node's: so a node that beats again in the same moment either
// comes first and lives, or learns that it was evicted.
import type { Store } from '../store.ts';
import type { controlLayout } from './layout.ts';
import type { Reads } from './reads.ts';
import type { Writer } from './writer.ts';

interface NodeHead {
  readonly name: string;
  /** So long its beat holds; absent: it is gone. */
  readonly ttlMs?: number;
}

interface Known {
  sequence: number;
  ttlMs: number;
  /** When this beat was seen first, by the monotonic clock. */
  seenAt: number;
  isGone: boolean;
}

/** What a node that is gone is remembered for: longer than a machine sleeps, or a delivery lasts. */
const REMEMBER_MS = 30 * 86_400_000;

export interface Nodes extends Pick<Store, 'beat' | 'leave'> {
  /** What a follower heard. */
  hear(sequence: number, head: object | undefined): void;
  /** Whether this node beats, as far as anybody knows. */
  isLive(name: string): Promise<boolean>;
  /** Whether this owner of a lease is known to be gone. */
  isGone(owner: string): boolean;
  /** Asks the leader which of these owners of leases are gone: that may not have been heard yet. */
  resolve(owners: Iterable<string>): Promise<void>;
  /** Evicts nodes that are silent. */
  evictSilent(): Promise<void>;
  /** Told of every node that is gone. */
  onGone(listener: (name: string) => void): void;
}

export function createNodes(
  layout: ReturnType<typeof controlLayout>,
  reads: Reads,
  writer: Writer,
  monotonic: () => number,
): Nodes {
  const known = new Map<string, Known>();
  const listeners: ((name: string) => void)[] = [];

  function learn(sequence: number, { name, ttlMs }: NodeHead): Known {
    const before = known.get(name);
    if (before !== undefined && before.sequence >= sequence) return before;
    const isGone = ttlMs === undefined;
    const now: Known = { sequence, ttlMs: ttlMs ?? 0, seenAt: monotonic(), isGone };
    known.set(name, now);
    if (isGone && before?.isGone !== true) for (const listener of listeners) listener(name);
    return now;
  }

  /** What the stream has; where that is nothing, a node that was known has been forgotten there: it is gone. */
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

  /** Writes that the node is gone, unless it has beaten since `node` was learnt. */
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
          // It has beaten once, or it had no lease: then it has been forgotten since.
          if ((await look(name)) === undefined) learn(1, { name });
        }),
      );
    },
    onGone: (listener) => void listeners.push(listener),
    async evictSilent() {
      const silent = [...known].filter(([, node]) => isSilent(node));
      await Promise.all(silent.map(([name, node]) => bury(name, node)));
    },
    async beat(name, ttlMs) {
      for (let node = known.get(name) ?? (await look(name)); ; node = await look(name)) {
        if (node && isSilent(node)) await bury(name, node);
        const now = known.get(name);
        if (now?.isGone) return 'evicted';
        if (await write({ name, ttlMs: Math.round(ttlMs) }, now?.sequence ?? 0)) return 'alive';
      }
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
