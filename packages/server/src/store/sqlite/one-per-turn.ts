/** Items that are used one per turn of the event loop, in order. */
export interface OnePerTurn<Item> {
  add(item: Item): void;
  /** Uses all that are left, now. */
  flush(): void;
}

export function createOnePerTurn<Item>(use: (item: Item) => void): OnePerTurn<Item> {
  const items: Item[] = [];
  let isScheduled = false;

  function schedule(): void {
    if (isScheduled || items.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      const [item] = items.splice(0, 1);
      schedule();
      if (item !== undefined) use(item);
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
