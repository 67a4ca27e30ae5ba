// chatpush import: reads what `chatpush export` wrote into the store.
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import type { Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { importStore } from '../transfer/import-store.ts';
import { withStore } from './export.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush import < file

Reads what "chatpush export" wrote into the store (CHATPUSH_STORE), which should be empty, and which no service may use. What is there
already stays as it is, so an import that was interrupted can be repeated with the same file.
`;

/** Exit code 0: all of it is there; 1: it is not; 2: the command line cannot be understood. */
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
    if (kept > 0) say(`${kept} things were there already and stay as they were.\n`);
  });
}
