// chatpush import: imports what `chatpush export` wrote into the store.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { importStore } from '../transfer/import-store.ts';
import { withStore } from './export.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush import < file

Imports a file written by "chatpush export" into the store (CHATPUSH_STORE), which should be empty and which no service
may use. Existing entries are not changed, so an interrupted import can be repeated with the same file.
`;

/** Exit code 0: everything was imported; 1: it was not; 2: the command line is invalid. */
export async function importCommand(
  argv: readonly string[],
  environment: Environment,
  say: Say,
): Promise<number> {
  if (parseArgs({ args: [...argv], allowPositionals: true }).positionals.length > 0) {
    say(USAGE);
    return 2;
  }
  return withStore(readConfig(environment), async (store) => {
    const lines = createInterface({ input: process.stdin, crlfDelay: Infinity });
    const { settings, contacts, claims, deliveries, waiting, kept } = await importStore(store, lines, () =>
      systemClock.now(),
    );
    say(
      `Imported ${contacts} contacts, ${claims} claims, ${settings} applications and other settings, and ${deliveries} deliveries, of which ${waiting} wait.\n`,
    );
    if (kept > 0) say(`${kept} entries already existed and were not changed.\n`);
  });
}
