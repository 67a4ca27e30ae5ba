// A credential that is refused may just have run out under way. One refusal therefore lets every attempt that had begun
// by then try again; an attempt that began later and is refused too shows that the credential itself is wrong.

export interface SecondChance {
  /** The verdict on an attempt that began at `startedAt` (monotonic milliseconds) and was refused now. */
  refused(startedAt: number): 'again' | 'credential';
  /** An attempt that began at `startedAt` got past the check of credentials. */
  worked(startedAt: number): void;
}

export function createSecondChance(monotonic: () => number): SecondChance {
  let refusedAt: number | undefined;
  return {
    refused(startedAt) {
      refusedAt ??= monotonic();
      return startedAt <= refusedAt ? 'again' : 'credential';
    },
    worked(startedAt) {
      if (refusedAt !== undefined && startedAt > refusedAt) refusedAt = undefined;
    },
  };
}
