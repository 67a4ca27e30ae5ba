// chatpush export: writes everything in the store, for `chatpush import` into any other.
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { systemClock } from '../clock.ts';
import type { Config, Environment } from '../config/config.ts';
import { readConfig } from '../config/environment.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { exportStore } from '../transfer/export-store.ts';
import type { Say } from './say.ts';

export const USAGE = `chatpush export > file

Writes everything in the store (CHATPUSH_STORE) as lines of JSON: registrations, the claims of ClientTokens, waiting and
ended deliveries, applications with their encrypted credentials. Every node must be stopped. The file contains device
tokens and the texts of undelivered messages: protect it like the store. "chatpush import" reads it into any other store.
`;

/** Exit code 0: everything was written; 1: it was not; 2: the command line is invalid. */
export async function exportCommand(
  argv: readonly string[],
  environment: Environment,
  say: Say,
): Promise<number> {
  if (parseArgs({ args: [...argv], allowPositionals: true }).positionals.length > 0) {
    say(USAGE);
    return 2;
  }
  return withStore(readConfig(environment), async (store) => {
    for await (const line of exportStore(store, () => systemClock.now()))
      if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  });
}

/** Opens the store for one command. Errors go to stderr, because stdout may be a file. */
export async function withStore(config: Config, work: (store: Store) => Promise<void>): Promise<number> {
  const tell = (sentence: string): void => void process.stderr.write(`chatpush: ${sentence}\n`);
  let store: Store | undefined;
  try {
    const fatal = (error: Error): void => tell(error.message);
    store = await openStore(
      config,
      systemClock,
      fatal,
      undefined,
      pino({ level: 'silent' }),
      () => undefined,
    );
    await work(store);
    return 0;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    tell(error.message);
    return 1;
  } finally {
    await store?.close();
  }
}
