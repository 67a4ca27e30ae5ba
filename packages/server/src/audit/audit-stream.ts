// Where the audit log goes: a file of its own, which only its owner may read, or standard output.
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { pino } from 'pino';

export interface AuditStream {
  write(line: string): void;
  /** Opens the file again, after it was renamed: what is written from then on goes to a new one of the same name. */
  reopen(): void;
  /** Resolves when everything is written. */
  close(): Promise<void>;
}

const MODE = 0o600;

/** `to`: `stdout` or a path. Throws a sentence for people where the file cannot be written. `failed` is told of later trouble. */
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
  // Written aside: a slow disk must not hold up calls.
  const file = pino.destination({ dest: to, sync: false, append: true, mode: MODE });
  // A file that cannot be opened again leaves the old one in use.
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
