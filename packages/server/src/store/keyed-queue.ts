// Runs calls for one contact one after another within a process, so that they do not force each other to retry.
// Between processes the version in the store decides; this only saves work.

export interface KeyedQueue {
  /**
   * Runs after all calls already queued under this name; rejects at once with `QueueFullError` if there are too
   * many.
   */
  <T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Names with queued or running calls. */
  readonly size: number;
}

export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

export function createKeyedQueue(longest: number): KeyedQueue {
  const queues = new Map<string, { tail: Promise<unknown> | undefined; length: number }>();

  async function enter<T>(name: string, run: () => Promise<T>): Promise<T> {
    let queue = queues.get(name);
    if (queue === undefined) queues.set(name, (queue = { tail: undefined, length: 0 }));
    if (queue.length >= longest) throw new QueueFullError(`${longest} calls are already waiting`);
    queue.length++;
    const result = queue.tail === undefined ? run() : queue.tail.then(run);
    // A call's result is its caller's business; the next call only waits for its end.
    queue.tail = result.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await result;
    } finally {
      if (--queue.length === 0) queues.delete(name);
    }
  }
  return Object.defineProperty(enter, 'size', { get: () => queues.size }) as typeof enter & KeyedQueue;
}
