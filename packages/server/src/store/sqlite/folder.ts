// The database file and its folder, made where they are missing, for nobody but the user of this process: what chats say waits in
// it, and device tokens stay.
import { closeSync, fchmodSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Throws one sentence that says what is wrong and what to do. */
export function makeFolderOf(path: string): void {
  const folder = dirname(path);
  try {
    make(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file stands in its way' : (code ?? message);
    throw new Error(
      `The folder ${folder} of the database cannot be made (${why}): make it, writable by the user of this process, ` +
        'or name another file by CHATPUSH_STORE=sqlite:path.',
      { cause: error },
    );
  }
}

/**
 * From the top, one at a time. Node's own `recursive` goes round for ever where the system says of a folder that exists that
 * nothing can be made in it because it does not, as Linux does of /proc.
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

/** SQLite makes its other files (`-wal`, `-journal`) with the mode of this one. What cannot be opened here is said by SQLite. */
export function keepToUser(path: string): void {
  let file: number | undefined;
  try {
    file = openSync(path, 'a', 0o600);
    if ((statSync(path).mode & 0o077) !== 0) fchmodSync(file, 0o600);
  } catch {
    // A read-only file, or one of another user: opening the database finds the words for it.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
