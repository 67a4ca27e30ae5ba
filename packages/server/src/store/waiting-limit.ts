// How much may wait for a store. A slow disk or a database away must not grow the process without end.
import { StoreBusyError, type Store } from './store.ts';

/** Calls, and bytes of text in them, that may wait at once; beyond either a new call is refused. */
export const WAITING_LIMIT = { calls: 20_000, bytes: 64 * 1024 * 1024 } as const;

/** Never refused: they take work off the store, and nodes ask for them no faster than their own credit allows. */
const ALWAYS: ReadonlySet<keyof Store> = new Set(['claim', 'settle', 'beat', 'leave']);

export interface WaitingLimit {
  /** Counts a call in, until the function it returns is called. Throws StoreBusyError when too much waits already. */
  admit(verb: keyof Store, parameters: readonly unknown[]): () => void;
}

export function createWaitingLimit(): WaitingLimit {
  let calls = 0;
  let bytes = 0;
  return {
    admit(verb, parameters) {
      const own = textLength(parameters);
      if (!ALWAYS.has(verb) && (calls >= WAITING_LIMIT.calls || bytes + own > WAITING_LIMIT.bytes)) {
        throw new StoreBusyError(`${calls} calls wait for the store already.`);
      }
      calls += 1;
      bytes += own;
      return () => {
        calls -= 1;
        bytes -= own;
      };
    },
  };
}

/** How much text a call carries, in UTF-16 units: near enough to what it costs to keep. */
function textLength(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let length = 0;
  for (const member of Object.values(value)) length += textLength(member);
  return length;
}
