// chatpush reload: tells the running service to read its settings file again, and prints the result.
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/config.ts';
import { ConfigError, readConfig } from '../config/environment.ts';
import { askService, commandSocketOf } from './command-socket.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush reload

Tells the service on this machine, with the same CHATPUSH_STORE and CHATPUSH_PORT, to read its settings file again, with
the files that it names. It applies all of it, or keeps its settings and says why. The signal SIGHUP does the same.
`;

/**
 * Exit code 0: the settings are in use; 1: the service has kept the old ones, or none runs; 2: the command line is
 * invalid.
 */
export async function reload(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  if (positionals.length > 0) {
    say(USAGE);
    return 2;
  }
  let socket: string | undefined;
  try {
    socket = commandSocketOf(readConfig(environment));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // The service would find the same mistakes and keep its settings.
    say(`${error.message}\nNothing was changed.\n`);
    return 1;
  }
  const answer = await askService(socket, 'POST', '/reload');
  if (answer === undefined) {
    say(
      `No service listens${socket === undefined ? '' : ` at ${socket}`}: does it run on this machine, with this CHATPUSH_STORE and CHATPUSH_PORT? The signal SIGHUP to its process does the same.\n`,
    );
    return 1;
  }
  say(`${await text(answer)}\n`);
  return answer.statusCode === 200 ? 0 : 1;
}
