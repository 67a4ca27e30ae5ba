// What the running service does for commands on the same machine, and the socket through which they ask.
import type { ServerResponse } from 'node:http';
import type { Applications } from '../applications/open-applications.ts';
import type { Config } from '../config/config.ts';
import type { Reload } from '../reload/reload.ts';
import { createCopyAnswer } from '../store/sqlite/copy-answer.ts';
import type { SqliteStore } from '../store/sqlite/sqlite-store.ts';
import { commandSocketOf, openCommandSocket } from './command-socket.ts';
import type { CommandSocket, CommandRoutes } from './command-socket.ts';
import { answerApplications } from './stored-applications.ts';

export async function serveCommands(
  config: Config,
  parts: {
    readonly applications: Pick<Applications, 'stored'>;
    readonly reload: Reload;
    readonly rekey: (response: ServerResponse) => Promise<void>;
    readonly sqlite?: SqliteStore;
    /** Not every system allows sockets; a service without these commands is better than none. */
    readonly unavailable: (error: unknown) => void;
  },
): Promise<CommandSocket | undefined> {
  const { applications, reload, rekey, sqlite, unavailable } = parts;
  const socket = commandSocketOf(config);
  if (socket === undefined) return undefined;
  const routes: CommandRoutes = new Map([
    [
      'POST /reload',
      async (response) => {
        const changed = await reload();
        response.end(changed.length > 0 ? `Changed: ${changed.join('; ')}.` : 'Nothing has changed.');
      },
    ],
    ['POST /rekey', rekey],
    ['GET /applications', (response) => answerApplications(response, applications.stored)],
    ...(config.store.kind === 'sqlite' && sqlite
      ? [['GET /copy', await createCopyAnswer(config.store.path, sqlite)] as const]
      : []),
  ]);
  try {
    return await openCommandSocket(socket, routes);
  } catch (error) {
    unavailable(error);
    return undefined;
  }
}
