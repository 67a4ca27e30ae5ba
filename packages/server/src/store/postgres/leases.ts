// The leases given to this process on enqueue, by batch: once all of a batch is settled, its row in the table
// `lease` can be deleted. Rows that a process leaves behind are deleted with its node, when the node is removed.
import type { EnqueueState } from '../store.ts';

export interface Leases {
  /** Records what a batch leased, under the name of its row. */
  given(
    node: string,
    name: string,
    rows: readonly { readonly id: string; readonly state: EnqueueState }[],
  ): void;
  /** Records that a delivery was settled, and not lost: the lease of a lost one may still have to be released. */
  settled(id: string): void;
  /** The names of batches that are settled completely; each is returned once. */
  takeOver(): string[];
  /** The node is gone, and its rows with it. */
  drop(node: string): void;
}

interface Batch {
  readonly node: string;
  readonly name: string;
  left: number;
}

export function createLeases(): Leases {
  const batches = new Map<string, Batch>();
  let over: string[] = [];
  return {
    given(node, name, rows) {
      const batch: Batch = { node, name, left: 0 };
      for (const { id, state } of rows) {
        if (state !== 'leased') continue;
        batch.left += 1;
        batches.set(id, batch);
      }
    },
    settled(id) {
      const batch = batches.get(id);
      if (batch === undefined) return;
      batches.delete(id);
      batch.left -= 1;
      if (batch.left === 0) over.push(batch.name);
    },
    takeOver() {
      const names = over;
      over = [];
      return names;
    },
    drop(node) {
      for (const [id, batch] of batches) if (batch.node === node) batches.delete(id);
    },
  };
}
