// Rates: windows that begin with the first event and are not aligned to the clock, as Google describes its quotas.
import type { FaultRule } from './fault-rule.ts';

/** How many windows of a rule are kept before expired ones are removed. */
const SWEPT_AT = 100_000;

export class Rates {
  #windows = new WeakMap<object, Map<string, { since: number; count: number }>>();

  /** Counts one event of `key` and returns whether it exceeds `limit` in `seconds`. Excess events are not counted. */
  over(rule: Pick<FaultRule, 'limit' | 'seconds'>, key: string, now: number): boolean {
    const { limit = 0, seconds = 60 } = rule;
    const lengthMs = seconds * 1000;
    const windows = this.#windows.get(rule) ?? new Map<string, { since: number; count: number }>();
    this.#windows.set(rule, windows);
    if (windows.size >= SWEPT_AT) {
      for (const [one, { since }] of windows) if (now - since >= lengthMs) windows.delete(one);
    }
    let window = windows.get(key);
    if (window === undefined || now - window.since >= lengthMs) {
      window = { since: now, count: 0 };
      windows.set(key, window);
    }
    if (window.count >= limit) return true;
    window.count += 1;
    return false;
  }
}
