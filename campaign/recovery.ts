// How long after a fault the former rate is restored.
import type { Fault } from './history.ts';

/** The window over which the rate is counted. */
const WINDOW_MS = 1_000;
const STEP_MS = 100;
const SHARE = 0.9;

/**
 * Seconds from `endedAt` until at least 90 % of the median rate of `before` arrive within a second; undefined if not before
 * `until`. `arrivals` need not be sorted.
 */
export function recoverySeconds(
  arrivals: readonly number[],
  before: Fault,
  endedAt: number,
  until: number,
): number | undefined {
  const sorted = arrivals.toSorted((a, b) => a - b);
  const rates: number[] = [];
  // The first second is warm-up: connections are opened.
  for (let from = before.from + WINDOW_MS; from + WINDOW_MS <= before.to; from += WINDOW_MS)
    rates.push(countWithin(sorted, from, from + WINDOW_MS));
  rates.sort((a, b) => a - b);
  const usual = rates[rates.length >> 1] ?? 0;
  for (let from = endedAt; from + WINDOW_MS <= until; from += STEP_MS)
    if (countWithin(sorted, from, from + WINDOW_MS) >= usual * SHARE) return (from - endedAt) / 1000;
  return undefined;
}

function countWithin(sorted: readonly number[], from: number, to: number): number {
  return firstAtOrAfter(sorted, to) - firstAtOrAfter(sorted, from);
}

function firstAtOrAfter(sorted: readonly number[], time: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
