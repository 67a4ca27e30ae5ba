// Environment and settings file → Config. Reports every mistake at once: what is wrong, where, and how to fix it.
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isHttpUrl } from '../addresses/base-url.ts';
import { databaseUrls } from '../addresses/database-url.ts';
import { readNatsUrl } from '../addresses/nats-url.ts';
import { isLoopback } from '../addresses/loopback.ts';
import { SecretKeyError, parseSecretKeys } from '../secrets/secret-keys.ts';
import { LOG_LEVELS } from './config.ts';
import type { Config, Environment } from './config.ts';
import { readLimits } from './limits.ts';
import { createReader } from './reader.ts';
import type { Mistake, Reader } from './reader.ts';
import { Secret } from './secret.ts';
import { SETTINGS } from './settings.ts';
import { readSettingsFile } from './settings-file.ts';
import { readTraces } from './traces.ts';

/** All mistakes of the settings in one error. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly mistakes: readonly Mistake[];
  constructor(mistakes: readonly Mistake[]) {
    super(
      `${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'} in the settings:\n${mistakes
        .map(({ where, what }) => `  ${where} ${what}`)
        .join('\n')}`,
    );
    this.mistakes = mistakes;
  }
}

export interface Reading {
  /** Milliseconds since the epoch, for certificates. Default: now. */
  readonly now?: number;
  /** What named the settings file, as shown in a mistake. Default: `CHATPUSH_CONFIG`. */
  readonly fileNamedBy?: string;
}

/** Reads the settings, or throws one ConfigError with everything that is wrong. */
export function readConfig(given: Environment, reading: Reading = {}): Config {
  const { now = Date.now(), fileNamedBy = 'CHATPUSH_CONFIG' } = reading;
  // `CHATPUSH_HOST=` is how a compose file or a unit omits a variable; an empty host would listen on every address.
  const environment = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
  const reader = createReader();
  const file = environment['CHATPUSH_CONFIG'];
  const autoCreate = environment['CHATPUSH_AUTO_CREATE'] ?? (file === undefined ? 'all' : 'contacts');
  if (autoCreate !== 'all' && autoCreate !== 'contacts' && autoCreate !== 'none')
    reader.wrong('CHATPUSH_AUTO_CREATE', `is ${JSON.stringify(autoCreate)}; write all, contacts or none`);
  else if (autoCreate !== 'all' && file === undefined)
    reader.wrong(
      'CHATPUSH_AUTO_CREATE',
      `is ${autoCreate}, and without a settings file there is no instance and no application that a call could name; write all, or list them in a file that CHATPUSH_CONFIG names`,
    );
  const settings =
    file === undefined
      ? undefined
      : readSettingsFile(reader, file, {
          environment,
          now,
          fileNamedBy,
          createsInstances: autoCreate === 'all',
        });
  const emulatorUrl = environment['CHATPUSH_EMULATOR_URL'];
  if (emulatorUrl !== undefined && !isHttpUrl(emulatorUrl))
    reader.wrong(
      'CHATPUSH_EMULATOR_URL',
      'is not an http URL; use the base URL of an emulator, such as http://127.0.0.1:4200',
    );
  const exposed = readYes(reader, environment, 'CHATPUSH_EXPOSE_DEVELOPMENT');
  const host = readHost(reader, environment['CHATPUSH_HOST']);
  if (!isLoopback(host) && !exposed) {
    const only = 'only listen on 127.0.0.1, ::1 or localhost';
    if (file === undefined)
      reader.wrong(
        'CHATPUSH_HOST',
        `is ${host}, and the development defaults (test keys, everything created on first use) ${only}; give a settings file by CHATPUSH_CONFIG to listen elsewhere, or say CHATPUSH_EXPOSE_DEVELOPMENT=yes`,
      );
    else if (autoCreate === 'all')
      reader.wrong(
        'CHATPUSH_AUTO_CREATE',
        `is all, and services that create whatever is named ${only}, while CHATPUSH_HOST is ${host}; write contacts, or say CHATPUSH_EXPOSE_DEVELOPMENT=yes`,
      );
  }
  const { members } = SETTINGS;
  const config: Config = {
    host,
    port: readPort(reader, environment['CHATPUSH_PORT']),
    store: readStore(reader, environment),
    autoCreate: autoCreate as Config['autoCreate'],
    development: file === undefined,
    exposed,
    accessKeys: [
      {
        id: 'test',
        secret: new Secret('test'),
        // A shell with an Amazon session sends its token here, too.
        sessionToken: 'any',
        instances: 'all',
        actions: 'all',
        applications: 'all',
      },
    ],
    bearerKeys: [],
    trustedProxies: [],
    allowedHosts: [],
    sources: { sns: [] },
    regions: members.regions.default,
    account: members.account.default,
    instances: [],
    applications: [],
    gateways: {},
    limits: readLimits(),
    registrationsPerContact: members.registrationsPerContact.default,
    contactLifetimeHours: members.contactLifetimeHours.default,
    console: members.console.default,
    logLevel: readLogLevel(reader, environment['CHATPUSH_LOG']),
    ...(emulatorUrl !== undefined && { emulatorUrl }),
    ...(environment['CHATPUSH_AUDIT'] !== undefined && { audit: environment['CHATPUSH_AUDIT'] }),
    ...readTraces(reader, environment),
    ...readSecretKeys(reader, environment['CHATPUSH_SECRET_KEY']),
    ...settings,
  };
  if (reader.mistakes.length > 0) throw new ConfigError(reader.mistakes);
  return config;
}

/**
 * RFC 1123 §2.1, and `_`, which container names have. A last label of only digits is part of an address (WHATWG URL
 * §3.5).
 */
const HOST_NAME =
  /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*(?!\d+\.?$)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?$/i;

function readHost(reader: Reader, text = '127.0.0.1'): string {
  if (isIP(text) !== 0 || HOST_NAME.test(text)) return text;
  reader.wrong(
    'CHATPUSH_HOST',
    `is ${JSON.stringify(text)}; write an IP address or a host name without scheme, brackets or port, such as 127.0.0.1 or ::1 (the port is CHATPUSH_PORT)`,
  );
  // One mistake is enough: it is unknown whether the host is loopback.
  return '127.0.0.1';
}

function readLogLevel(reader: Reader, text = 'info'): Config['logLevel'] {
  const level = LOG_LEVELS.find((one) => one === text);
  if (level === undefined)
    reader.wrong('CHATPUSH_LOG', `is ${JSON.stringify(text)}; write one of ${LOG_LEVELS.join(', ')}`);
  return level ?? 'info';
}

function readYes(reader: Reader, environment: Environment, name: string): boolean {
  const text = environment[name] ?? 'no';
  if (text !== 'yes' && text !== 'no') reader.wrong(name, `is ${JSON.stringify(text)}; write yes or no`);
  return text === 'yes';
}

const IN_FILE = 'file:';

/** The keys themselves, or `file:` and the path of a file with one per line, which a reload reads again. */
function readSecretKeys(reader: Reader, text: string | undefined): Pick<Config, 'secretKeys'> {
  if (text === undefined) return {};
  try {
    return {
      secretKeys: parseSecretKeys(
        text.startsWith(IN_FILE) ? readFileSync(text.slice(IN_FILE.length), 'utf8') : text,
      ),
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    reader.wrong(
      'CHATPUSH_SECRET_KEY',
      error instanceof SecretKeyError
        ? message
        : `names a file that cannot be read (${code}); correct the path`,
    );
    return {};
  }
}

function readPort(reader: Reader, text: string | undefined): number {
  if (text === undefined) return 4100;
  const port = Number(text);
  if (text.trim() !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  reader.wrong('CHATPUSH_PORT', `is ${JSON.stringify(text)}; write a port from 0 (any free one) to 65535`);
  return 4100;
}

function readStore(reader: Reader, environment: Environment): Config['store'] {
  const text = environment['CHATPUSH_STORE'] ?? 'sqlite:./data/chatpush.db';
  if (text.startsWith('sqlite:') && text.length > 'sqlite:'.length)
    return { kind: 'sqlite', path: text.slice('sqlite:'.length) };
  const url = databaseUrls(text) && takeSchema(text);
  if (url) {
    const direct = environment['CHATPUSH_POSTGRES_DIRECT'];
    if (direct !== undefined && databaseUrls(direct) === undefined)
      reader.wrong('CHATPUSH_POSTGRES_DIRECT', 'is not a database URL; write postgres://user@host/database');
    const target = /[?&]target_session_attrs=([^&#]*)/.exec(text)?.[1];
    if (target !== undefined && target !== 'read-write' && target !== 'primary')
      reader.wrong('CHATPUSH_STORE', `has target_session_attrs=${target}; write read-write, or remove it`);
    const isSet = environment['CHATPUSH_POSTGRES_PREPARED'] !== undefined;
    return {
      kind: 'postgres',
      ...url,
      ...(direct !== undefined && { direct: new Secret(direct) }),
      ...(isSet && { prepared: readYes(reader, environment, 'CHATPUSH_POSTGRES_PREPARED') }),
    };
  }
  if (/^(nats|tls):/.test(text)) {
    const address = readNatsUrl(text);
    if (typeof address === 'string') reader.wrong('CHATPUSH_STORE', address);
    return { kind: 'nats', url: new Secret(text) };
  }
  reader.wrong(
    'CHATPUSH_STORE',
    'is not a store; write sqlite:path/to/file.db, postgres://user@host/database or nats://host',
  );
  return { kind: 'sqlite', path: '' };
}

/** `schema` is ours, and we choose the server; PostgreSQL's own parameters are passed on unchanged. */
function takeSchema(text: string): { readonly url: Secret; readonly schema?: string } {
  const [before = '', query = ''] = text.split('?', 2);
  const parameters = query.split('&').filter((one) => one !== '' && !one.startsWith('target_session_attrs='));
  const schema = new URLSearchParams(query).get('schema');
  const others = parameters.filter((one) => !one.startsWith('schema='));
  return {
    url: new Secret(others.length === 0 ? before : `${before}?${others.join('&')}`),
    ...(schema !== null && { schema }),
  };
}
