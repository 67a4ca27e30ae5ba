// The socket beside the database, through which `chatpush backup` gets a copy of it from the process that holds its lock.
// Only their owner may open it (mode 600), who may read the database as well, so it asks for no key.
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import { isAbsolute, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SqliteStore } from './sqlite-store.ts';

/** Where a process that has this database open listens. The shorter way to it, because sockets have short names (107 bytes). */
export function copySocketOf(database: string): string {
  const path = `${database}.socket`;
  if (!isAbsolute(path)) return path;
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

export interface CopyDoor {
  /** Answers nobody any more, and waits until a copy under way is put away. */
  close(): Promise<void>;
}

/** Rejects where no socket can be made there. The caller holds the database's lock, so an old socket is a dead process's. */
export async function openCopyDoor(database: string, store: SqliteStore): Promise<CopyDoor> {
  const socket = copySocketOf(database);
  await rm(socket, { force: true });
  const copy = `${database}.copy`;
  // A process that ended while it made one may have left it.
  await rm(copy, { force: true });
  let making: Promise<void> | undefined;
  const answer = async (response: ServerResponse): Promise<void> => {
    try {
      await writeFile(copy, '', { mode: 0o600 });
      await store.copyTo(copy);
      response.writeHead(200, { 'content-type': 'application/vnd.sqlite3' });
      await pipeline(createReadStream(copy), response);
    } catch (error) {
      // An answer that is cut short is how whoever asked learns of it.
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(error instanceof Error ? error.message : String(error));
    } finally {
      await rm(copy, { force: true });
      making = undefined;
    }
  };
  const server = createServer((_, response) => {
    if (making) response.writeHead(409).end('another copy is being made');
    else making = answer(response);
  });
  // The socket is made in this very tick, and must never be anyone else's.
  const before = process.umask(0o177);
  try {
    server.listen(socket);
  } finally {
    process.umask(before);
  }
  await once(server, 'listening');
  return {
    async close() {
      const closed = once(server.close(), 'close');
      server.closeAllConnections();
      await Promise.all([closed, making]);
    },
  };
}
