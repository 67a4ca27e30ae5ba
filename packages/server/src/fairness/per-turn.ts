/** Items that wait for the end of the turn of the event loop in which they were added, in order. */
export interface PerTurn<Item> {
  add(item: Item): void;
  /** Uses all that are left, now. */
  flush(): void;
}

/** Uses at most `most` items per turn; the rest waits for the next ones. `use` must not throw. */
export function createPerTurn<Item>(most: number, use: (item: Item) => void): PerTurn<Item> {
  const items: Item[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || items.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      const next = items.splice(0, most);
      schedule();
      for (const item of next) use(item);
    });
  }

  return {
    add(item) {
      items.push(item);
      schedule();
    },
    flush() {
      for (const item of items.splice(0)) use(item);
    },
  };
}
