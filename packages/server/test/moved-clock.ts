// The clock of child processes that are started without this one's environment.

/** What moves a child's clock as far as this process's own was moved by libfaketime (`npm run test:at`). */
export const movedClock = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).filter(
      // What libfaketime shares among the processes of one user, another user may not open.
      (entry): entry is [string, string] =>
        /^(LD_PRELOAD$|FAKETIME)/.test(entry[0]) && entry[0] !== 'FAKETIME_SHARED',
    ),
  );
