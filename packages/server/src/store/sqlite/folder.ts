// The database file and its folder, created if missing, accessible only to the user of this process: they hold
// waiting chat messages and device tokens.
import { closeSync, fchmodSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws one sentence that says what is wrong and what to do. */
export function makeFolderOf(path: string): void {
  const folder = dirname(path);
  try {
    make(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === 'EEXIST' || code === 'ENOTDIR' ? 'there is a file with this name' : (code ?? message);
    throw new Error(
      `The folder ${folder} of the database cannot be made (${why}): make it, writable by the user of this process, ` +
        'or name another file with CHATPUSH_STORE=sqlite:path.',
      { cause: error },
    );
  }
}

/**
 * From the top, one level at a time. Node's own `recursive` loops forever if the system reports ENOENT for creating
 * something in an existing folder, as Linux does in /proc.
 */
function make(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder) {
      make(dirname(folder));
      mkdirSync(folder, { mode: 0o700 });
    } else if (!isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/**
 * SQLite creates its other files (`-wal`, `-journal`) with the mode of this one. If it cannot be opened here,
 * SQLite reports it.
 */
export function keepToUser(path: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, 'a', 0o600);
    if ((statSync(path).mode & 0o077) !== 0) fchmodSync(file, 0o600);
  } catch {
    // A read-only file, or one of another user: opening the database reports it with a clear message.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
