// chatpush rekey: the running service re-encrypts its stored credentials under the key that is now first.
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { askService, commandSocketOf } from './command-socket.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush rekey

Encrypts the credentials in the store under the first key of CHATPUSH_SECRET_KEY. To change the key:
  1. Put the new key in front of the old one, separated by a comma (or on the first line of the file that "file:" names),
     on every node, and restart it or, with a file, run "chatpush reload".
  2. Run "chatpush rekey" on one node.
  3. Remove the old key in the same way.
`;

/**
 * Exit code 0: all credentials are under the first key; 1: some are not, or no service runs; 2: the command line is
 * invalid.
 */
export async function rekey(argv: readonly string[], environment: Environment, say: Say): Promise<number> {
  const { positionals } = parseArgs({ args: [...argv], allowPositionals: true });
  if (positionals.length > 0) {
    say(USAGE);
    return 2;
  }
  const socket = commandSocketOf(readConfig(environment));
  const answer = await askService(socket, 'POST', '/rekey');
  if (answer === undefined) {
    say(
      `No service listens${socket === undefined ? '' : ` at ${socket}`}: does it run on this machine, with this CHATPUSH_STORE and CHATPUSH_PORT?\n`,
    );
    return 1;
  }
  say(`${await text(answer)}\n`);
  return answer.statusCode === 200 ? 0 : 1;
}
