// What one node holds of one lane in memory: deliveries it has leased and not yet begun.
import type { Attempt, DeliveryHead } from '../store/store.ts';
import type { Work } from './work.ts';

/** A leased delivery waiting for a stream. */
export interface Held {
  readonly delivery: DeliveryHead;
  readonly work: Work;
  /** The name under which it is leased. */
  readonly node: string;
  /** Monotonic time at which it was stored. */
  readonly acceptedAt: number;
  /** Monotonic time at which its registration was last known to be alive. */
  freshAt: number;
  /** Attempts recorded in the store that were sent. */
  readonly sentBefore: number;
  /** Attempts since then, not yet stored. */
  attempts: readonly Attempt[];
  unsentInARow: number;
}

export interface Lane {
  readonly name: string;
  /** Oldest first. */
  readonly held: Queue<Held>;
  /** Room promised to store calls that are running. */
  reserved: number;
  /** Requested by a running claim. */
  claiming: number;
  /** Running attempts. */
  running: number;
  /** About how many due deliveries the store has for it; 0: none known. Set by its outlet, which keeps the sum. */
  stored: number;
  /** Monotonic time at which the first of those became due, as of the last count. */
  dueSince: number;
  /**
   * When the store was last asked for its work, as a number that increases: the lane that has waited longest is
   * asked for first.
   */
  asked: number;
}

export const createLane = (name: string): Lane => ({
  name,
  held: new Queue(),
  reserved: 0,
  claiming: 0,
  running: 0,
  stored: 0,
  dueSince: Infinity,
  asked: 0,
});

/** First in, first out, with a way back to the front. Shifting is O(1); an array's is not beyond 50,000. */
export class Queue<T> {
  #front: T[] = [];
  #back: T[] = [];

  get size(): number {
    return this.#front.length + this.#back.length;
  }

  get first(): T | undefined {
    return this.#front.at(-1) ?? this.#back[0];
  }

  push(item: T): void {
    this.#back.push(item);
  }

  unshift(item: T): void {
    this.#front.push(item);
  }

  shift(): T | undefined {
    if (this.#front.length === 0) {
      this.#front = this.#back.reverse();
      this.#back = [];
    }
    return this.#front.pop();
  }

  /** Removes all, in order. */
  drain(): T[] {
    const all = [...this.#front.reverse(), ...this.#back];
    this.#front = [];
    this.#back = [];
    return all;
  }
}
