// The socket by which commands on the same machine reach the running service: `chatpush backup`, `chatpush reload`. Only its
// owner may open it (mode 600), who may read database and settings as well, so it asks for no key.
import { once } from 'node:events';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Config } from '../config/config.ts';

/**
 * Undefined: nobody could know where, because the port is any free one. Beside the database, where there is one of this machine's; else in a folder of this user's, by port. The shorter way to it,
 * because sockets have short names (107 bytes).
 */
export function localSocketOf({ store, port }: Pick<Config, 'store' | 'port'>): string | undefined {
  if (store.kind !== 'sqlite' && port === 0) return undefined;
  const path = store.kind === 'sqlite' ? `${store.path}.socket` : join(ownFolder(), `${port}.socket`);
  if (!isAbsolute(path)) return path;
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

const ownFolder = (): string => join(tmpdir(), `chatpush-${process.getuid?.() ?? 'user'}`);

/** By method and path: `POST /reload`. A rejection is answered with 500 and its message. */
export type LocalRoutes = ReadonlyMap<string, (response: ServerResponse) => Promise<void>>;

export interface LocalDoor {
  /** Answers nobody any more, and waits until what is under way has ended. */
  close(): Promise<void>;
}

/** Rejects where no socket can be made there. The caller holds what the socket belongs to, so an old one is a dead process's. */
export async function openLocalDoor(socket: string, routes: LocalRoutes): Promise<LocalDoor> {
  const folder = dirname(socket);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Anyone may have made a folder of this name before us, and could then put another socket in place of ours.
  if (resolve(folder) === ownFolder() && (await lstat(folder)).uid !== (process.getuid?.() ?? 0))
    throw new Error(`${folder} belongs to another user`);
  await rm(socket, { force: true });
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answer = routes.get(`${request.method} ${request.url}`);
    if (!answer) {
      response.writeHead(404).end('this version of chatpush does not know the command');
      return;
    }
    const answered = answer(response)
      .catch((error: unknown) => {
        // An answer that is cut short is how the caller learns of it.
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end(error instanceof Error ? error.message : String(error));
      })
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
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
      await Promise.all([closed, ...underWay]);
    },
  };
}

/** What the running service answers, or undefined where none listens there. */
export async function askLocalDoor(
  socketPath: string | undefined,
  method: 'GET' | 'POST',
  path: string,
): Promise<IncomingMessage | undefined> {
  if (socketPath === undefined) return undefined;
  try {
    const [answer] = (await once(request({ socketPath, method, path }).end(), 'response')) as [
      IncomingMessage,
    ];
    return answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined;
    throw error;
  }
}
