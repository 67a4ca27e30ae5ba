// Attempts as one column keeps them: the first 2 and the last 8, as compact JSON, beside the count of all.
//
// A delivery that is repeated for hours must not grow its row without end; how it began and how it ended is what
// somebody reading the delivery log asks for.
import type { Attempt } from './store.ts';

const FIRST = 2;
const LAST = 8;
/** As many are kept as they came. */
export const KEPT_ATTEMPTS = FIRST + LAST;

type Outcome = Attempt['outcome'];
/** [at, outcome, gateway, answer, ms]; answer and ms are null where absent. */
type Packed = [number, Outcome, string, string | null, number | null];

/** The columns of one delivery row. `kept` is null before the first attempt. */
export interface StoredAttempts {
  readonly kept: string | null;
  readonly count: number;
}

/**
 * Adds attempts, oldest first. One that is there already is not added again, so that a settlement whose answer was lost
 * may be repeated; `added` is how many were new.
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

/** Attempts as the column would hold them, all of them; null: there are none. */
export const packAttempts = (attempts: readonly Attempt[]): string | null =>
  attempts.length === 0 ? null : JSON.stringify(attempts.map(pack));

/** The attempts that are kept, oldest first. */
export function readAttempts(kept: string | null): Attempt[] {
  return parse(kept).map(unpack);
}

/** How many of those that are kept left. What back-off goes by: 10 are as far as that grows. */
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
