// A fresh token or connection may remedy a refusal. So after one refusal, every attempt that had begun by then may
// be retried; if an attempt that began later is refused too, the remedy did not help.

export interface RemedyRetry {
  /** Whether an attempt that began at `startedAt` (monotonic milliseconds) and was refused now may be retried. */
  refused(startedAt: number): boolean;
  /** An attempt that began at `startedAt` was not refused for this reason. */
  worked(startedAt: number): void;
}

export function createRemedyRetry(monotonic: () => number): RemedyRetry {
  let refusedAt: number | undefined;
  return {
    refused(startedAt) {
      refusedAt ??= monotonic();
      return startedAt <= refusedAt;
    },
    worked(startedAt) {
      if (refusedAt !== undefined && startedAt > refusedAt) refusedAt = undefined;
    },
  };
}
