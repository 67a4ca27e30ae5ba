// The commands of `chatpush` and their help. Each command loads only what it needs.
import type { Environment } from '../config/config.ts';
import type { Say } from './say.ts';

/** Returns the exit code: 0 for success, 1 for a failure, 2 for an invalid command line. */
export type Verb = (argv: readonly string[], environment: Environment, say: Say) => number | Promise<number>;

export interface Command {
  readonly run: Verb;
  readonly usage: string;
}

export const USAGE = `chatpush: push notifications for mobile chat

  chatpush [--port p]          start the service (settings: CHATPUSH_HOST, CHATPUSH_PORT, CHATPUSH_STORE, CHATPUSH_CONFIG, …)
  chatpush init [file]         write a commented settings file to start from
  chatpush check [file]        check the settings: list every mistake, or what would run
  chatpush why <contactId>     explain what happened to a contact's messages
  chatpush replay <deliveryId> push an undelivered delivery again
  chatpush withdraw <deliveryId>
                               withdraw a waiting delivery
  chatpush doctor [app]        ask Apple and Google whether they accept your credentials
  chatpush send --application app --type APNS|APNS_SANDBOX|GCM --token t "text"
                               send one push to one device and explain the result
  chatpush rekey               encrypt stored credentials with the current key
  chatpush reload              reload the settings file without a restart
  chatpush backup <file>       copy the SQLite store while the service runs
  chatpush restore <file>      replace the SQLite store with such a copy while the service is stopped
  chatpush export > file       write everything in the store while every node is stopped
  chatpush import < file       import such a file into another store
  chatpush emulator            start only the emulator: both gateways, phones and faults
  chatpush help [command]      show this help, or that of a command; -h and --help do the same
  chatpush --version           show the version
`;

export const VERBS: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['backup', () => import('./backup.ts').then(({ backup, USAGE: usage }) => ({ run: backup, usage }))],
  ['check', () => import('./check.ts').then(({ check, USAGE: usage }) => ({ run: check, usage }))],
  ['doctor', () => import('./doctor.ts').then(({ doctor, USAGE: usage }) => ({ run: doctor, usage }))],
  [
    'export',
    () => import('./export.ts').then(({ exportCommand, USAGE: usage }) => ({ run: exportCommand, usage })),
  ],
  [
    'import',
    () => import('./import.ts').then(({ importCommand, USAGE: usage }) => ({ run: importCommand, usage })),
  ],
  ['init', () => import('./init.ts').then(({ init, USAGE: usage }) => ({ run: init, usage }))],
  ['rekey', () => import('./rekey.ts').then(({ rekey, USAGE: usage }) => ({ run: rekey, usage }))],
  ['reload', () => import('./reload.ts').then(({ reload, USAGE: usage }) => ({ run: reload, usage }))],
  ['replay', () => import('./delivery-verbs.ts').then(({ replay }) => replay)],
  ['restore', () => import('./restore.ts').then(({ restore, USAGE: usage }) => ({ run: restore, usage }))],
  ['send', () => import('./send.ts').then(({ send, USAGE: usage }) => ({ run: send, usage }))],
  ['withdraw', () => import('./delivery-verbs.ts').then(({ withdraw }) => withdraw)],
  ['why', () => import('./why.ts').then(({ why, USAGE: usage }) => ({ run: why, usage }))],
]);
