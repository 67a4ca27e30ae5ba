// The socket through which commands on the same machine reach the running service: `chatpush backup`, `chatpush
// reload`. Only its owner may open it (mode 600), who may read database and settings anyway, so it needs no key.
import { once } from 'node:events';
import { lstat, mkdir, rm } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type { Config } from '../config/config.ts';

/**
 * Undefined: the port is any free one, so nobody could know the path. Next to the database, if it is on this
 * machine; otherwise in a folder of this user, by port. Uses the shorter path to it, because socket names are
 * limited to 107 bytes.
 */
export function commandSocketOf({ store, port }: Pick<Config, 'store' | 'port'>): string | undefined {
  if (store.kind !== 'sqlite' && port === 0) return undefined;
  const path = store.kind === 'sqlite' ? `${store.path}.socket` : join(ownFolder(), `${port}.socket`);
  if (!isAbsolute(path)) return path;
  const near = relative(process.cwd(), path);
  return near.length < path.length ? near : path;
}

const ownFolder = (): string => join(tmpdir(), `chatpush-${process.getuid?.() ?? 'user'}`);

/** By method and path: `POST /reload`. A rejection is answered with 500 and its message. */
export type CommandRoutes = ReadonlyMap<string, (response: ServerResponse) => Promise<void>>;

export interface CommandSocket {
  /** Accepts no more commands, and waits until running ones have ended. */
  close(): Promise<void>;
}

/**
 * Rejects if no socket can be created there. The caller holds the lock on the database or port, so an existing
 * socket belongs to a dead process.
 */
export async function openCommandSocket(socket: string, routes: CommandRoutes): Promise<CommandSocket> {
  const folder = dirname(socket);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // Somebody else may have created a folder of this name first, and could then replace our socket.
  if (resolve(folder) === ownFolder() && (await lstat(folder)).uid !== (process.getuid?.() ?? 0))
    throw new Error(`${folder} belongs to another user`);
  await rm(socket, { force: true });
  const underWay = new Set<Promise<void>>();
  const server = createServer((request, response) => {
    const answer = routes.get(`${request.method} ${request.url}`);
    if (!answer) {
      response.writeHead(404).end('this version of chatpush does not have this command');
      return;
    }
    const answered = answer(response)
      .catch((error: unknown) => {
        // A truncated answer tells the caller about the failure.
        if (response.headersSent) response.destroy();
        else response.writeHead(500).end(error instanceof Error ? error.message : String(error));
      })
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  });
  // The socket is created in this tick, and must never be accessible to others.
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

/** The running service's answer, or undefined if none listens there. */
export async function askService(
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
