// What an attack is given.
import type { Findings } from './findings.ts';
import type { Target } from './target.ts';

export interface Field {
  readonly target: Target;
  readonly findings: Findings;
  readonly random: Random;
  /** How large an attack by numbers is: 1 is that of the promises (10,000 connections). */
  readonly scale: number;
}

export interface Attack {
  readonly says: string;
  /** One go, of a few seconds at most, unless time is what it attacks with. */
  readonly run: (field: Field) => Promise<void>;
  /** Runs beside the others, again and again; otherwise they take turns. */
  readonly isBeside?: true;
}

export interface Random {
  /** From 0 to below `most`. */
  below(most: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

export function createRandom(next: () => number): Random {
  const below = (most: number): number => Math.floor(next() * most);
  return { below, pick: (items) => items[below(items.length)]! };
}
