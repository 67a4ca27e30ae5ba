// What is leased to this process: the number of each delivery, by which its row is found, and its batch. Once all of a
// batch that was leased on enqueue is settled, its row in the table `lease` can be deleted. Rows that a process leaves
// behind are deleted with its node, when the node is removed.
import type { EnqueueState } from '../store.ts';

export interface Leases {
  /** Records what a batch leased, under the name of its row. `seqs`: the numbers of all rows. */
  given(
    node: string,
    name: string,
    rows: readonly { readonly id: string; readonly state: EnqueueState }[],
    seqs: readonly number[],
  ): void;
  /** Records what a claim leased, which has no row. */
  claimed(node: string, rows: readonly { readonly id: string; readonly seq: number }[]): void;
  /** The number of a delivery that is leased to this process. */
  seqOf(id: string): number | undefined;
  /** Records that a delivery was settled, and not lost: the lease of a lost one may still have to be released. */
  settled(id: string): void;
  /** The names of batches that are settled completely; each is returned once. */
  takeOver(): string[];
  /** The node is gone, and its rows with it. */
  drop(node: string): void;
}

interface Batch {
  readonly node: string;
  /** Absent: it was claimed. */
  readonly name?: string;
  left: number;
}

export function createLeases(): Leases {
  const leased = new Map<string, { readonly batch: Batch; readonly seq: number }>();
  let over: string[] = [];
  function settled(id: string): void {
    const batch = leased.get(id)?.batch;
    if (batch === undefined) return;
    leased.delete(id);
    batch.left -= 1;
    if (batch.left === 0 && batch.name !== undefined) over.push(batch.name);
  }
  return {
    given(node, name, rows, seqs) {
      const batch: Batch = { node, name, left: 0 };
      for (const [place, { id, state }] of rows.entries()) {
        if (state !== 'leased') continue;
        batch.left += 1;
        leased.set(id, { batch, seq: seqs[place]! });
      }
    },
    claimed(node, rows) {
      const batch: Batch = { node, left: rows.length };
      for (const { id, seq } of rows) {
        settled(id);
        leased.set(id, { batch, seq });
      }
    },
    seqOf: (id) => leased.get(id)?.seq,
    settled,
    takeOver() {
      const names = over;
      over = [];
      return names;
    },
    drop(node) {
      for (const [id, { batch }] of leased) if (batch.node === node) leased.delete(id);
    },
  };
}
