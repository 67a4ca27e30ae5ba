// Runs calls for one contact one after another within a process, so that they do not force each other to retry.
// Between processes the version in the store decides; this only saves work.

export interface Line {
  /**
   * Runs after all calls already queued under this name; rejects at once with `LineFullError` if there are too
   * many.
   */
  <T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Names with queued or running calls. */
  readonly size: number;
}

export class LineFullError extends Error {
  override readonly name = 'LineFullError';
}

export function createLine(longest: number): Line {
  const lines = new Map<string, { tail: Promise<unknown>; length: number }>();

  async function stand<T>(name: string, run: () => Promise<T>): Promise<T> {
    const line = lines.get(name) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= longest) throw new LineFullError(`${longest} calls are already waiting`);
    lines.set(name, line);
    line.length++;
    const mine = line.tail.then(run);
    // A call's result is its caller's business; the next call only waits for its end.
    line.tail = mine.then(
      () => undefined,
      () => undefined,
    );
    try {
      return await mine;
    } finally {
      if (--line.length === 0) lines.delete(name);
    }
  }
  return Object.defineProperty(stand, 'size', { get: () => lines.size }) as typeof stand & Line;
}
