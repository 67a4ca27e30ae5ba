// What one node holds of one lane in memory: deliveries it has leased and not yet begun.
import type { Attempt, NewDelivery } from '../store/store.ts';
import type { Work } from './work.ts';

/** A leased delivery waiting for a stream. */
export interface Held {
  readonly delivery: NewDelivery;
  readonly work: Work;
  /** The name it is leased under. */
  readonly node: string;
  /** Monotonic time at which it was stored. */
  readonly acceptedAt: number;
  /** Monotonic time at which its registration was last seen alive. */
  freshAt: number;
  /** Attempts recorded in the store that left. */
  readonly sentBefore: number;
  /** Attempts since, not yet stored. */
  readonly attempts: Attempt[];
  unsentInARow: number;
}

export interface Lane {
  readonly name: string;
  /** Oldest first. */
  readonly held: Queue<Held>;
  /** Promised to calls of the store that are under way. */
  reserved: number;
  /** Asked of the store by a claim that is under way. */
  claiming: number;
  /** Attempts under way. */
  running: number;
  /** About how many due deliveries the store has for it; 0: none is known of. Set by its outlet, which keeps the sum. */
  stored: number;
  /** When the store was last asked for its work, as a number that rises: who waited longest is asked for first. */
  asked: number;
}

export const createLane = (name: string): Lane => ({
  name,
  held: new Queue(),
  reserved: 0,
  claiming: 0,
  running: 0,
  stored: 0,
  asked: 0,
});

/** First in, first out, with a way back to the front; shifting is O(1), where an array's is not past 50,000. */
export class Queue<T> {
  #front: T[] = [];
  #back: T[] = [];

  get size(): number {
    return this.#front.length + this.#back.length;
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

  /** Takes all out, in order. */
  drain(): T[] {
    const all = [...this.#front.reverse(), ...this.#back];
    this.#front = [];
    this.#back = [];
    return all;
  }
}
