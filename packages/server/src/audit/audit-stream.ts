// The destination of the audit log: a separate file, which only its owner may read, or standard output.
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { pino } from 'pino';

export interface AuditStream {
  write(line: string): void;
  /** Reopens the file after it was renamed: from then on, lines go to a new one with the same name. */
  reopen(): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

const MODE = 0o600;

/**
 * `to`: `stdout` or a path. Throws a sentence for people if the file cannot be written. `failed` is called for
 * later errors.
 */
export function openAuditStream(to: string, failed: (error: Error) => void): AuditStream {
  if (to === 'stdout') {
    const stdout = pino.destination({ dest: 1, sync: true });
    return {
      write: (line) => void stdout.write(line),
      reopen: () => undefined,
      close: async () => undefined,
    };
  }
  try {
    closeSync(openSync(to, 'a', MODE));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new Error(
      `The audit log ${to} cannot be written (${code}): correct CHATPUSH_AUDIT, or the permissions of its folder.`,
      { cause: error },
    );
  }
  // Written asynchronously: a slow disk must not delay calls.
  const file = pino.destination({ dest: to, sync: false, append: true, mode: MODE });
  // If the file cannot be reopened, the old one stays in use.
  file.on('error', failed);
  return {
    write: (line) => void file.write(line),
    reopen: () => file.reopen(to),
    close: async () => {
      const closed = once(file, 'close');
      file.end();
      await closed;
    },
  };
}
