// Runs calls for one contact one after another within a process, so that they do not force each other to retry.
// Between processes the version in the store decides; this only saves work.

export interface KeyedQueue {
  /** Runs after all calls that came earlier under this name; rejects at once if there are too many. */
  <T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Names with queued or running calls. */
  readonly size: number;
}

/** `longest`: how many calls may run or wait under one name; beyond it, they are rejected with `full`. */
export function createKeyedQueue(longest: number, full: () => Error): KeyedQueue {
  /** What starts the calls that wait behind the running one. */
  const queues = new Map<string, (() => void)[]>();

  async function enter<T>(name: string, run: () => Promise<T>): Promise<T> {
    const queue = queues.get(name);
    if (queue === undefined) queues.set(name, []);
    else {
      if (queue.length + 1 >= longest) throw full();
      await new Promise<void>((resolve) => queue.push(resolve));
    }
    try {
      return await run();
    } finally {
      const next = queues.get(name)!.shift();
      if (next === undefined) queues.delete(name);
      else next();
    }
  }
  return Object.defineProperty(enter, 'size', { get: () => queues.size }) as typeof enter & KeyedQueue;
}
