/** Longer than any gateway asks for. A huge number is a mistake, and no store could hold it. */
const MOST_MS = 24 * 3_600_000;

/**
 * The `Retry-After` header as milliseconds from now, at most a day: seconds or a date (RFC 9110 §10.2.3). Undefined
 * if absent or neither.
 */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(ms) ? undefined : Math.min(MOST_MS, Math.max(0, ms));
}
