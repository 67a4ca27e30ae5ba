#!/usr/bin/env node
// The process: arguments, environment, signals. The only reader of process.env.
import { parseArgs } from 'node:util';
import type { Say } from './cli/say.ts';
import type { Config, Environment } from './config/config.ts';
import { ConfigError, readConfig } from './config/environment.ts';
import { startService } from './service.ts';

const USAGE = `chatpush: push notifications for mobile chat

  chatpush                     start the service (settings: CHATPUSH_HOST, CHATPUSH_PORT, CHATPUSH_STORE, CHATPUSH_CONFIG, …)
  chatpush check [file]        say what is wrong with the settings, or what would run
  chatpush why <contactId>     what became of a contact's messages, in plain words
  chatpush doctor [app]        ask Apple and Google whether they take our credentials
  chatpush send --application app --type APNS|APNS_SANDBOX|GCM --token t "text"
                               one push to one device, and what became of it
  chatpush rekey               encrypt stored credentials under the present key
  chatpush reload              read the settings file again, without a restart
  chatpush backup <file>       a copy of the SQLite store, while the service runs
  chatpush restore <file>      puts such a copy in its place, while it does not
  chatpush emulator --port p   start only the emulator: both gateways, phones and faults
  chatpush --help | --version
`;

/** Gives the exit code. */
type Verb = (argv: readonly string[], environment: Environment, say: Say) => number | Promise<number>;

const say: Say = (text) => {
  process.stdout.write(text);
};

async function start(): Promise<void> {
  const config = readConfig(process.env);
  // Without a settings file a hang-up is what it always was: somebody closed the terminal.
  const isReloadable = !config.development;
  const service = await startService(config, {
    logLevel: config.logLevel,
    ...(isReloadable && { readSettings: () => readConfig(process.env) }),
  }).catch((error: unknown) => cannotStart(error, config));
  // What came of it is in the log.
  if (isReloadable) process.on('SIGHUP', () => void service.reload().catch(() => undefined));
  let stopping = false;
  for (const signal of ['SIGINT', 'SIGTERM', ...(isReloadable ? [] : (['SIGHUP'] as const))] as const)
    process.on(signal, () => {
      // A second signal means: now.
      if (stopping) process.exit(130);
      stopping = true;
      service.stop().then(
        () => process.exit(0),
        (error: unknown) => fail(error),
      );
    });
  // Last: from this line on, those who wait for it may send signals.
  say(service.greeting);
}

/** What keeps a service from starting lies outside it: the port, the store, the emulator. A sentence says which. */
function cannotStart(error: unknown, { host, port }: Config): never {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) fail(error);
  process.stderr.write(`chatpush: ${cannotListen(error, host, port) ?? error.message}\n`);
  process.exit(1);
}

/** Undefined where something else failed than listening. */
function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): string | undefined {
  const { code, syscall } = error;
  if (syscall === 'getaddrinfo' && 'hostname' in error && error.hostname === host)
    return `CHATPUSH_HOST is ${host}, a name that this machine cannot look up (${code}): correct it, or write an IP address of this machine, such as 127.0.0.1.`;
  if (syscall !== 'listen') return undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Something listens on ${host}:${port} already: stop it, or give this one another CHATPUSH_PORT (0: any free one).`;
    case 'EADDRNOTAVAIL':
      return `CHATPUSH_HOST is ${host}, which is no address of this machine: write one that it has, 127.0.0.1 for callers on it alone, or 0.0.0.0 for all of its addresses.`;
    case 'EACCES':
      return `CHATPUSH_PORT is ${port}, which this user may not listen on: write one from 1024 on, such as 4100.`;
    case undefined:
    default:
      return `It cannot listen on ${host}:${port} (${code ?? error.message}): correct CHATPUSH_HOST or CHATPUSH_PORT.`;
  }
}

function fail(error: unknown): never {
  const known = error instanceof ConfigError || (error instanceof Error && 'exitCode' in error);
  process.stderr.write(
    `chatpush: ${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 1);
}

/** Each verb loads what it needs and nothing else. */
const VERBS: ReadonlyMap<string, () => Promise<Verb>> = new Map<string, () => Promise<Verb>>([
  ['backup', async () => (await import('./cli/backup.ts')).backup],
  ['check', async () => (await import('./cli/check.ts')).check],
  ['doctor', async () => (await import('./cli/doctor.ts')).doctor],
  ['rekey', async () => (await import('./cli/rekey.ts')).rekey],
  ['reload', async () => (await import('./cli/reload.ts')).reload],
  ['restore', async () => (await import('./cli/restore.ts')).restore],
  ['send', async () => (await import('./cli/send.ts')).send],
  ['why', async () => (await import('./cli/why.ts')).why],
]);

async function main(): Promise<void> {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb === 'emulator') {
    const { runEmulator } = await import('@chatpush/emulator/command');
    return runEmulator(rest);
  }
  const command = VERBS.get(verb ?? '');
  if (command) {
    process.exitCode = await (await command())(rest, process.env, say);
    return;
  }
  const { values } = parseArgs({
    options: { help: { type: 'boolean' }, version: { type: 'boolean' } },
    allowPositionals: false,
  });
  if (values.help) return say(USAGE);
  if (values.version) {
    const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
    return say(`${manifest.version}\n`);
  }
  return start();
}

main().catch((error: unknown) => {
  if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
  fail(error);
});
