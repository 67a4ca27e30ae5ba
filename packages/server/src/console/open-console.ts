// Assembles the console: sessions, ended sessions, the page.
import type { IncomingMessage } from 'node:http';
import type { Emulator } from '@chatpush/emulator';
import type { Logger } from 'pino';
import type { Audit } from '../audit/audit.ts';
import type { FindAccessKey } from '../auth/access-keys.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { consoleAccess } from '../config/console-access.ts';
import type { Store } from '../store/store.ts';
import { createConsoleSessions } from './console-sessions.ts';
import { createConsole } from './console.ts';
import type { Console } from './console.ts';
import { openSignedOut } from './signed-out.ts';

/** Derived from the settings; a reload rebuilds it. */
interface InUse {
  readonly config: Config;
  readonly accessKey: FindAccessKey;
  readonly isTrustedProxy: (address: string) => boolean;
  readonly addressOf: (request: IncomingMessage) => string;
}

export async function openConsole(options: {
  readonly inUse: () => InUse;
  readonly emulator: Emulator | undefined;
  readonly store: Store;
  readonly audit: Audit;
  readonly log: Logger;
  readonly clock: Clock;
}): Promise<Console & { close(): void }> {
  const { inUse, emulator, store, audit, log, clock } = options;
  const addressOf = (request: IncomingMessage): string => inUse().addressOf(request);
  const signedOut = await openSignedOut({
    store,
    isOn: () => consoleAccess(inUse().config) === 'sign-in',
    now: () => clock.now(),
    failed: (error) =>
      log.warn({ err: error }, 'cannot read from the store which console sessions have ended'),
  });
  const sessions = createConsoleSessions({
    accessKey: (id) => inUse().accessKey(id),
    isTrustedProxy: (address) => inUse().isTrustedProxy(address),
    addressOf,
    signedOut,
    audit,
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
  });
  const parts = createConsole({ config: () => inUse().config, sessions, addressOf, emulator });
  return { ...parts, close: () => signedOut.close() };
}
