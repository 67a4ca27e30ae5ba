/** The newest `capacity` items, oldest first. Removed items are counted. */
export class Ring<T> {
  readonly capacity: number;
  #items: T[] = [];
  /** The index of the oldest item. Removed items before it are cut off from time to time. */
  #first = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many items were ever pushed, including removed ones. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#items.length - this.#first;
  }

  get oldest(): T | undefined {
    return this.#items[this.#first];
  }

  get newest(): T | undefined {
    return this.size === 0 ? undefined : this.#items.at(-1);
  }

  /** Returns the item that was removed to make room, if any. */
  push(item: T): T | undefined {
    this.#total += 1;
    this.#items.push(item);
    return this.size > this.capacity ? this.shift() : undefined;
  }

  /** Removes the oldest item. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const oldest = this.#items[this.#first];
    this.#first += 1;
    // Cut half of the array at a time, so that each item moves once on average.
    if (this.#first * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#first);
      this.#first = 0;
    }
    return oldest;
  }

  /** Oldest first. */
  toArray(): T[] {
    return this.#items.slice(this.#first);
  }
}
