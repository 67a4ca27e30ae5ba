/** The newest `capacity` items, oldest first. What falls out is counted, never silently lost. */
export class Ring<T> {
  readonly capacity: number;
  #items: T[] = [];
  #oldest = 0;
  #total = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** How many were ever pushed, those that fell out included. */
  get total(): number {
    return this.#total;
  }

  push(item: T): void {
    this.#total += 1;
    if (this.#items.length < this.capacity) {
      this.#items.push(item);
      return;
    }
    this.#items[this.#oldest] = item;
    this.#oldest = (this.#oldest + 1) % this.capacity;
  }

  get newest(): T | undefined {
    return this.#items.at(this.#oldest - 1);
  }

  /** Oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#oldest), ...this.#items.slice(0, this.#oldest)];
  }
}
