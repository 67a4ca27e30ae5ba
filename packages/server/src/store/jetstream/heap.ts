// A binary heap: the first item by an order, in logarithmic time.

export interface Heap<T> {
  add(item: T): void;
  first(): T | undefined;
  /** Removes the first. */
  remove(): T | undefined;
  /** Removes all others. */
  keep(isKept: (item: T) => boolean): void;
  readonly size: number;
}

export function createHeap<T>(isBefore: (a: T, b: T) => boolean): Heap<T> {
  let items: T[] = [];

  function swap(a: number, b: number): void {
    const item = items[a]!;
    items[a] = items[b]!;
    items[b] = item;
  }

  function sink(from: number): void {
    for (let at = from; ;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let least = at;
      if (left < items.length && isBefore(items[left]!, items[least]!)) least = left;
      if (right < items.length && isBefore(items[right]!, items[least]!)) least = right;
      if (least === at) return;
      swap(at, least);
      at = least;
    }
  }

  return {
    add(item) {
      let at = items.push(item) - 1;
      for (let above = (at - 1) >> 1; at > 0 && isBefore(item, items[above]!); above = (at - 1) >> 1) {
        swap(at, above);
        at = above;
      }
    },
    first: () => items[0],
    remove() {
      const first = items[0];
      const last = items.pop();
      if (items.length === 0 || last === undefined) return first;
      items[0] = last;
      sink(0);
      return first;
    },
    keep(isKept) {
      items = items.filter(isKept);
      for (let at = (items.length >> 1) - 1; at >= 0; at--) sink(at);
    },
    get size() {
      return items.length;
    },
  };
}
