// What this process has leased, with its text, so that settling needs no read. As much as the node has credit for.
import type { StoredDelivery } from './stored-delivery.ts';

export interface LeasedDeliveries {
  set(leased: StoredDelivery): void;
  get(id: string): StoredDelivery | undefined;
  delete(id: string): void;
  /** The node is gone, and holds nothing. */
  drop(owner: string): void;
}

export function createLeasedDeliveries(): LeasedDeliveries {
  const all = new Map<string, StoredDelivery>();
  return {
    set: (leased) => void all.set(leased.head.id, leased),
    get: (id) => all.get(id),
    delete: (id) => void all.delete(id),
    drop(owner) {
      for (const [id, { head }] of all) if (head.owner === owner) all.delete(id);
    },
  };
}
