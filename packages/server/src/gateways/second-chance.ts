// A fresh token or connection may cure a refusal. One refusal therefore lets every attempt that had
// begun by then try again; an attempt that began later and is refused too shows that it did not.

export interface SecondChance {
  /** Whether an attempt that began at `startedAt` (monotonic milliseconds) and was refused now may try again. */
  refused(startedAt: number): boolean;
  /** An attempt that began at `startedAt` was not refused in that way. */
  worked(startedAt: number): void;
}

export function createSecondChance(monotonic: () => number): SecondChance {
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
