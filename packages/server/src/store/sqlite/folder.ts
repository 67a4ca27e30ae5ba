// The folder of the database file, made where it is missing.
import { mkdirSync, statSync } from 'node:fs';
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
    mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(folder) !== folder) {
      make(dirname(folder));
      mkdirSync(folder);
    } else if (!isFolder(folder)) throw error;
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
