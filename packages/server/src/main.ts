#!/usr/bin/env node
// The process: arguments, environment, signals. Nothing else reads process.env.
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import type { Say } from './cli/say.ts';
import { USAGE, VERBS } from './cli/verbs.ts';
import type { Config, Environment } from './config/config.ts';
import { ConfigError, readConfig } from './config/environment.ts';
import { startService } from './service.ts';
import type { Service } from './service.ts';

/**
 * V8 allocates what usually survives a collection directly among old objects. Deliveries survive one or two, because they live for a
 * tenth of a second, and among the old they keep young ones alive until the next full collection, long after both are dead.
 * Without this, a push costs 5 % less CPU, and full collections are half as frequent.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

const PARENT_CHECK_MS = 500;

const say: Say = (text) => {
  process.stdout.write(text);
};

async function start(environment: Environment): Promise<void> {
  const config = readConfig(environment);
  // Without a settings file, SIGHUP has its usual meaning: the terminal was closed.
  const isReloadable = !config.development;
  const service = await startService(config, {
    logLevel: config.logLevel,
    ...(isReloadable && { readSettings: () => readConfig(environment) }),
  }).catch((error: unknown) => cannotStart(error, config));
  // The outcome is logged.
  if (isReloadable) process.on('SIGHUP', () => void service.reload().catch(() => undefined));
  let stopping = false;
  const stop = (): void => {
    // A second signal stops at once.
    if (stopping) process.exit(130);
    stopping = true;
    service.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  for (const signal of ['SIGINT', 'SIGTERM', ...(isReloadable ? [] : (['SIGHUP'] as const))] as const)
    process.on(signal, stop);
  if (process.env['npm_command'] === 'exec') stopWithoutNpx(stop);
  // Printed last: programs that wait for this line may send signals from now on.
  say(process.stdout.isTTY ? service.greeting : greetingLine(service));
}

/**
 * npx passes SIGTERM to the shell between it and this process, and that shell exits without forwarding it (npm 11).
 */
function stopWithoutNpx(stop: () => void): void {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    stop();
  }, PARENT_CHECK_MS).unref();
}

/** One JSON line, in the format of the log, for programs that read the output. */
const greetingLine = ({ url, greeting }: Service): string =>
  `${JSON.stringify({ level: 30, time: Date.now(), url, msg: `chatpush listens on ${url}`, details: greeting.trimEnd().split('\n').slice(1) })}\n`;

/**
 * The service can fail to start for a reason outside it: the port, the store, the emulator. One sentence says
 * which.
 */
function cannotStart(error: unknown, { host, port }: Config): never {
  if (!(error instanceof Error) || error instanceof TypeError || error instanceof RangeError) fail(error);
  process.stderr.write(`chatpush: ${cannotListen(error, host, port) ?? error.message}\n`);
  process.exit(1);
}

/** Undefined if something other than listening failed. */
function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): string | undefined {
  const { code, syscall } = error;
  if (syscall === 'getaddrinfo' && 'hostname' in error && error.hostname === host)
    return `CHATPUSH_HOST is ${host}, a name that this machine cannot resolve (${code}): correct it, or use an IP address of this machine, such as 127.0.0.1.`;
  if (syscall !== 'listen') return undefined;
  switch (code) {
    case 'EADDRINUSE':
      return `Another process already listens on ${host}:${port}: stop it, or give this one another port with --port or CHATPUSH_PORT (0 picks a free one).`;
    case 'EADDRNOTAVAIL':
      return `CHATPUSH_HOST is ${host}, which is not an address of this machine: use one of its own, 127.0.0.1 for local callers only, or 0.0.0.0 for all of its addresses.`;
    case 'EACCES':
      return `CHATPUSH_PORT is ${port}, which this user may not listen on: use a port from 1024 up, such as 4100.`;
    case undefined:
    default:
      return `Cannot listen on ${host}:${port} (${code ?? error.message}): correct CHATPUSH_HOST or CHATPUSH_PORT.`;
  }
}

function fail(error: unknown): never {
  const known = error instanceof ConfigError || (error instanceof Error && 'exitCode' in error);
  process.stderr.write(
    `chatpush: ${error instanceof Error ? (known ? error.message : error.stack) : String(error)}\n`,
  );
  process.exit(error instanceof Error && 'exitCode' in error ? Number(error.exitCode) : 1);
}

const isHelp = (word: string): boolean => word === '-h' || word === '--help';

async function runEmulator(argv: readonly string[]): Promise<void> {
  const emulator = await import('@chatpush/emulator/command');
  return emulator.runEmulator(argv);
}

async function runVerb(verb: string, rest: readonly string[]): Promise<void> {
  if (verb === 'emulator') return runEmulator(rest);
  const command = await VERBS.get(verb)?.();
  if (command === undefined) return misused(`There is no command ${JSON.stringify(verb)}.`, USAGE);
  const end = rest.indexOf('--');
  if ((end === -1 ? rest : rest.slice(0, end)).some(isHelp)) return say(command.usage);
  try {
    process.exitCode = await command.run(rest, process.env, say);
  } catch (error) {
    if (!isMisuse(error)) throw error;
    misused(error.message, command.usage);
  }
}

async function main(): Promise<void> {
  const [verb, ...rest] = process.argv.slice(2);
  if (verb === 'help') return rest[0] === undefined ? say(USAGE) : runVerb(rest[0], ['--help']);
  if (verb !== undefined && !verb.startsWith('-')) return runVerb(verb, rest);
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean' },
      port: { type: 'string' },
    },
    allowPositionals: false,
  });
  if (values.help) return say(USAGE);
  if (values.version) {
    const { default: manifest } = await import('../package.json', { with: { type: 'json' } });
    return say(`${manifest.version}\n`);
  }
  return start(values.port === undefined ? process.env : { ...process.env, CHATPUSH_PORT: values.port });
}

const isMisuse = (error: unknown): error is TypeError =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

function misused(message: string, usage: string): void {
  process.stderr.write(`chatpush: ${message}\n\n${usage}`);
  process.exitCode = 2;
}

main().catch((error: unknown) => {
  if (!isMisuse(error)) fail(error);
  misused(error.message, USAGE);
});
