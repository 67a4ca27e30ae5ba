import { mkdtempDisposableSync, type DisposableTempDir } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder with everything in it for one test: `using folder = temporaryFolder()`. */
export function temporaryFolder(): DisposableTempDir {
  return mkdtempDisposableSync(join(tmpdir(), 'chatpush-store-'));
}
