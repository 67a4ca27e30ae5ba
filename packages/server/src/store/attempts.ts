// Attempts as stored in one column: the first 2 and the last 8, as compact JSON, next to the total count.
//
// A delivery that is retried for hours must not grow its row without limit. Readers of the delivery log want to
// know how it began and how it ended.
import type { Attempt } from './store.ts';

const FIRST = 2;
const LAST = 8;
/** Up to this many, all attempts are kept. */
export const KEPT_ATTEMPTS = FIRST + LAST;

type Outcome = Attempt['outcome'];
/** [at, outcome, gateway, answer, ms]; answer and ms are null if absent. */
type Packed = [number, Outcome, string, string | null, number | null];

/** The columns of one delivery row. `kept` is null before the first attempt. */
export interface StoredAttempts {
  readonly kept: string | null;
  readonly count: number;
}

/**
 * Adds attempts, oldest first. An attempt that is already there is not added again, so a settlement whose answer
 * was lost may be repeated; `added` is the number of new ones.
 */
export function appendAttempts(
  stored: StoredAttempts,
  attempts: readonly Attempt[],
): StoredAttempts & { readonly added: number } {
  const kept = parse(stored.kept);
  const known = new Set(kept.map((packed) => JSON.stringify(packed)));
  const fresh = attempts.map(pack).filter((packed) => !known.has(JSON.stringify(packed)));
  if (fresh.length === 0) return { ...stored, added: 0 };
  const all = [...kept, ...fresh];
  const shortened = all.length <= KEPT_ATTEMPTS ? all : [...all.slice(0, FIRST), ...all.slice(-LAST)];
  return { kept: JSON.stringify(shortened), count: stored.count + fresh.length, added: fresh.length };
}

/** All these attempts in the form of the column; null: there are none. */
export const packAttempts = (attempts: readonly Attempt[]): string | null =>
  attempts.length === 0 ? null : JSON.stringify(attempts.map(pack));

/** The kept attempts, oldest first. */
export function readAttempts(kept: string | null): Attempt[] {
  return parse(kept).map(unpack);
}

/** How many of the kept attempts were sent. Back-off is based on this: it does not grow beyond 10. */
export const countSent = (kept: string | null): number =>
  parse(kept).filter(([, outcome]) => outcome !== 'unsent').length;

function pack({ at, outcome, gateway, answer, ms }: Attempt): Packed {
  return [at, outcome, gateway, answer ?? null, ms ?? null];
}

function unpack([at, outcome, gateway, answer, ms]: Packed): Attempt {
  return { at, outcome, gateway, ...(answer === null ? {} : { answer }), ...(ms === null ? {} : { ms }) };
}

function parse(kept: string | null): Packed[] {
  return kept === null ? [] : (JSON.parse(kept) as Packed[]);
}
