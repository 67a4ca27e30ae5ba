// A copy of the database for `chatpush backup`, made by the process that holds its lock.
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import type { SqliteStore } from './sqlite-store.ts';

/** Answers with copies, one at a time. */
export async function createCopyAnswer(
  database: string,
  store: SqliteStore,
): Promise<(response: ServerResponse) => Promise<void>> {
  const copy = `${database}.copy`;
  // A process that ended while copying may have left it.
  await rm(copy, { force: true });
  let isMaking = false;
  return async (response) => {
    if (isMaking) {
      response.writeHead(409).end('another copy is already being made');
      return;
    }
    isMaking = true;
    try {
      await writeFile(copy, '', { mode: 0o600 });
      await store.copyTo(copy);
      response.writeHead(200, { 'content-type': 'application/vnd.sqlite3' });
      await pipeline(createReadStream(copy), response);
    } finally {
      await rm(copy, { force: true });
      isMaking = false;
    }
  };
}
