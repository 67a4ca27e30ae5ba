// The interface of an attack, and what it receives.
import type { Findings } from './findings.ts';
import type { Target } from './target.ts';

export interface Field {
  readonly target: Target;
  readonly findings: Findings;
  readonly random: Random;
  /** The size of attacks by numbers: 1 is the size in the promises (10,000 connections). */
  readonly scale: number;
}

export interface Attack {
  readonly says: string;
  /** One round, of a few seconds at most unless the attack is about time. */
  readonly run: (field: Field) => Promise<void>;
  /** Runs repeatedly beside the other attacks; otherwise attacks take turns. */
  readonly isBeside?: true;
}

export interface Random {
  /** From 0 up to but not including `most`. */
  below(most: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export function createRandom(next: () => number): Random {
  const below = (most: number): number => Math.floor(next() * most);
  return { below, pick: (items) => items[below(items.length)]! };
}
