// Long calls in parts, each about as much as fits into a commit group.

/**
 * How many deliveries are settled or claimed, and contacts read, in one call of the worker: about as many as fit into
 * a commit group. Otherwise a small call waits for thousands.
 */
const ROWS_PER_CALL = 500;

/** Runs calls for all of the list in order, in as few parts as possible of about the same length. */
export function inParts<T, R>(list: readonly T[], run: (part: readonly T[]) => Promise<R>): Promise<R[]> {
  const count = Math.max(1, Math.ceil(list.length / ROWS_PER_CALL));
  const length = Math.ceil(list.length / count);
  const parts = Array.from({ length: count }, (_, part) => list.slice(part * length, (part + 1) * length));
  return Promise.all(parts.map(run));
}

/** The wanted numbers, in parts that are asked for one after another. */
export function partsOf(want: ReadonlyMap<string, number>): ReadonlyMap<string, number>[] {
  const parts: Map<string, number>[] = [];
  let room = 0;
  for (const [lane, count] of want)
    for (let left = count; left > 0;) {
      if (room === 0) {
        parts.push(new Map());
        room = ROWS_PER_CALL;
      }
      const taken = Math.min(left, room);
      parts.at(-1)!.set(lane, taken);
      left -= taken;
      room -= taken;
    }
  return parts;
}
