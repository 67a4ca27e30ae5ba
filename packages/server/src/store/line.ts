// Calls for one contact go one after another within a process, so that they do not make each other repeat.
// Between processes the version in the store decides; the line only saves work.

export interface Line {
  /** Runs after all that stand in this line already; rejects at once with `LineFullError` when too many do. */
  <T>(name: string, run: () => Promise<T>): Promise<T>;
  /** Lines with somebody in them. */
  readonly size: number;
}

export class LineFullError extends Error {
  override readonly name = 'LineFullError';
}

export function createLine(longest: number): Line {
  const lines = new Map<string, { tail: Promise<unknown>; length: number }>();

  async function stand<T>(name: string, run: () => Promise<T>): Promise<T> {
    const line = lines.get(name) ?? { tail: Promise.resolve(), length: 0 };
    if (line.length >= longest) throw new LineFullError(`${longest} calls wait already`);
    lines.set(name, line);
    line.length++;
    const mine = line.tail.then(run);
    // What became of one call is its caller's to know; the next one only waits for it.
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
