// Items by number, for numbers that are assigned in ascending order: streams of a connection, calls without an answer.
//
// A Map of them keeps what was deleted. Whenever a Map has seen as many insertions as it has room for, V8 gives it a new table,
// and the old one keeps its items and points to the new one. Once one of these is in the old generation of V8's memory, all that
// follow stay until the next full collection, with everything that their items refer to. Here an item leaves its slot, and
// nothing refers to it any more.

const LEAST_SLOTS = 1_024;
/** More than this are given up once they are empty: they were needed for a burst, or because one item stayed for long. */
const KEPT_SLOTS = 16_384;

export class Numbered<T> {
  /** A ring: the item with number n is in slot n modulo its length, which is a power of two. */
  #slots: (T | undefined)[] = emptySlots<T>(LEAST_SLOTS);
  /** The lowest number that is in use. */
  #first = 0;
  /** One more than the highest. */
  #end = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The number must be higher than all before it. */
  add(number: number, item: T): void {
    if (this.#size === 0) this.#first = number;
    if (number - this.#first >= this.#slots.length) this.#grow(number - this.#first + 1);
    this.#slots[number & (this.#slots.length - 1)] = item;
    this.#end = number + 1;
    this.#size++;
  }

  get(number: number): T | undefined {
    if (number < this.#first || number >= this.#end) return undefined;
    return this.#slots[number & (this.#slots.length - 1)];
  }

  /** Does nothing if there is no such item. */
  delete(number: number): void {
    if (this.get(number) === undefined) return;
    const last = this.#slots.length - 1;
    this.#slots[number & last] = undefined;
    this.#size--;
    if (this.#size === 0) return this.clear();
    while (this.#slots[this.#first & last] === undefined) this.#first++;
  }

  clear(): void {
    if (this.#slots.length > KEPT_SLOTS) this.#slots = emptySlots(LEAST_SLOTS);
    else if (this.#size > 0) this.#slots.fill(undefined);
    this.#first = this.#end;
    this.#size = 0;
  }

  /** In ascending order. Items may be deleted meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let number = this.#first; number < this.#end; number++) {
      const item = this.get(number);
      if (item !== undefined) yield item;
    }
  }

  #grow(slots: number): void {
    const before = this.#slots;
    this.#slots = emptySlots(2 ** Math.ceil(Math.log2(slots)));
    for (let number = this.#first; number < this.#end; number++)
      this.#slots[number & (this.#slots.length - 1)] = before[number & (before.length - 1)];
    before.fill(undefined);
  }
}

const emptySlots = <T>(count: number): (T | undefined)[] => Array<T | undefined>(count).fill(undefined);
