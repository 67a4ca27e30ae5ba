// The clock of child processes that do not inherit this environment.

/** The variables that move a child's clock like this process's under libfaketime (`npm run test:at`). */
export const movedClock = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      // libfaketime's shared memory belongs to one user; another user cannot open it.
      (entry): entry is [string, string] =>
        /^(LD_PRELOAD$|FAKETIME)/.test(entry[0]) && entry[0] !== 'FAKETIME_SHARED',
    ),
  );
