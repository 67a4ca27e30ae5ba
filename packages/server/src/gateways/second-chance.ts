// What is refused once may be mended by a fresh token or connection. One refusal therefore lets every attempt that had
// begun by then try again; an attempt that began later and is refused too shows that nothing was mended.

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
