/** The newest `capacity` items, oldest first. What falls out is counted, never silently lost. */
export class Ring<T> {
  readonly capacity: number;
  #items: T[] = [];
  /** Where the oldest stands; what is before it has fallen out and is cut off now and then. */
  #first = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many were ever pushed, those that fell out included. */
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

  /** Answers the item that fell out for this one, if one did. */
  push(item: T): T | undefined {
    this.#total += 1;
    this.#items.push(item);
    return this.size > this.capacity ? this.shift() : undefined;
  }

  /** Lets the oldest fall out. */
  shift(): T | undefined {
    if (this.size === 0) return undefined;
    const oldest = this.#items[this.#first];
    this.#first += 1;
    // Half of the array at once, so that each item is moved once on average.
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
