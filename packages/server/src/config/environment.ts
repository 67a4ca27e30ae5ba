// Environment and settings file → Config, every mistake reported at once with what, where and how to mend.
import { isLoopback } from '../loopback.ts';
import type { Config, Environment } from './config.ts';
import { createReader } from './reader.ts';
import type { Mistake, Reader } from './reader.ts';
import { Secret } from './secret.ts';
import { SETTINGS } from './settings.ts';
import { readSettingsFile } from './settings-file.ts';

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

/** Reads the settings, or throws one ConfigError with all that is wrong. `now`: milliseconds since the epoch, for certificates. */
export function readConfig(environment: Environment, now = Date.now()): Config {
  const reader = createReader();
  const file = environment['CHATPUSH_CONFIG'];
  const settings = file === undefined ? undefined : readSettingsFile(reader, file, environment, now);
  const autoCreate = environment['CHATPUSH_AUTO_CREATE'] ?? (file === undefined ? 'all' : 'contacts');
  if (autoCreate !== 'all' && autoCreate !== 'contacts' && autoCreate !== 'none')
    reader.wrong('CHATPUSH_AUTO_CREATE', `is ${JSON.stringify(autoCreate)}; write all, contacts or none`);
  const emulatorUrl = environment['CHATPUSH_EMULATOR_URL'];
  if (emulatorUrl !== undefined && !URL.canParse(emulatorUrl))
    reader.wrong(
      'CHATPUSH_EMULATOR_URL',
      'is no URL; write the base URL of an emulator, such as http://127.0.0.1:4200',
    );
  const exposed = readYes(reader, environment, 'CHATPUSH_EXPOSE_DEVELOPMENT');
  const host = environment['CHATPUSH_HOST'] ?? '127.0.0.1';
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
    store: readStore(reader, environment['CHATPUSH_STORE'] ?? 'sqlite:./data/chatpush.db'),
    autoCreate: autoCreate as Config['autoCreate'],
    development: file === undefined,
    exposed,
    accessKeys: [{ id: 'test', secret: new Secret('test'), instances: 'all' }],
    bearerKeys: [],
    trustedProxies: [],
    allowedHosts: [],
    sources: { sns: [] },
    regions: members.regions.default,
    account: members.account.default,
    instances: [],
    applications: [],
    limits: {
      requestsPerSecond: members.limits.members.requestsPerSecond.default,
      burst: members.limits.members.burst.default,
    },
    registrationsPerContact: members.registrationsPerContact.default,
    contactLifetimeHours: members.contactLifetimeHours.default,
    ...(emulatorUrl !== undefined && { emulatorUrl }),
    ...settings,
  };
  if (reader.mistakes.length > 0) throw new ConfigError(reader.mistakes);
  return config;
}

function readYes(reader: Reader, environment: Environment, name: string): boolean {
  const text = environment[name] ?? 'no';
  if (text !== 'yes' && text !== 'no') reader.wrong(name, `is ${JSON.stringify(text)}; write yes or no`);
  return text === 'yes';
}

function readPort(reader: Reader, text: string | undefined): number {
  if (text === undefined) return 4100;
  const port = Number(text);
  if (text !== '' && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  reader.wrong('CHATPUSH_PORT', `is ${JSON.stringify(text)}; write a port from 0 (any free one) to 65535`);
  return 4100;
}

function readStore(reader: Reader, text: string): Config['store'] {
  if (text.startsWith('sqlite:') && text.length > 'sqlite:'.length)
    return { kind: 'sqlite', path: text.slice('sqlite:'.length) };
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) {
    // `schema` is ours: PostgreSQL's own parameters go on to it as they are.
    const url = new URL(text);
    const schema = url.searchParams.get('schema');
    url.searchParams.delete('schema');
    return { kind: 'postgres', url: new Secret(url.href), ...(schema !== null && { schema }) };
  }
  reader.wrong(
    'CHATPUSH_STORE',
    'is not a store; write sqlite:path/to/file.db or postgres://user@host/database',
  );
  return { kind: 'sqlite', path: '' };
}
