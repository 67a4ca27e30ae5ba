// The states of an enqueued batch as one text, one letter each: a row or an object per state would cost more than the
// state.
import type { Enqueued, EnqueueResult, EnqueueState } from './store.ts';

export const LETTER: Readonly<Record<EnqueueState, string>> = {
  leased: 'l',
  queued: 'q',
  known: 'k',
  skipped: 's',
};
const STATES = new Map(Object.entries(LETTER).map(([state, letter]) => [letter, state as EnqueueState]));

export const unpackStates = (batch: readonly Enqueued[], letters: string): EnqueueResult[] =>
  batch.map(({ id }, index) => ({ id, state: STATES.get(letters[index] ?? '')! }));
