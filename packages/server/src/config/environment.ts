// Environment and settings file → Config, every mistake reported at once with what, where and how to mend.
import type { Config, Environment } from './config.ts';
import { createReader } from './reader.ts';
import type { Mistake, Reader } from './reader.ts';
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

/** Reads the settings, or throws one ConfigError with all that is wrong. */
export function readConfig(environment: Environment): Config {
  const reader = createReader();
  const file = environment['CHATPUSH_CONFIG'];
  const settings = file === undefined ? undefined : readSettingsFile(reader, file, environment);
  const autoCreate = environment['CHATPUSH_AUTO_CREATE'] ?? (file === undefined ? 'all' : 'contacts');
  if (autoCreate !== 'all' && autoCreate !== 'contacts' && autoCreate !== 'none')
    reader.wrong('CHATPUSH_AUTO_CREATE', `is ${JSON.stringify(autoCreate)}; write all, contacts or none`);
  const emulatorUrl = environment['CHATPUSH_EMULATOR_URL'];
  if (emulatorUrl !== undefined && !URL.canParse(emulatorUrl))
    reader.wrong(
      'CHATPUSH_EMULATOR_URL',
      'is no URL; write the base URL of an emulator, such as http://127.0.0.1:4200',
    );
  const host = environment['CHATPUSH_HOST'] ?? '127.0.0.1';
  if (file === undefined && !isLoopback(host))
    reader.wrong(
      'CHATPUSH_HOST',
      `is ${host}, and the development defaults (test keys, everything created on first use) only listen on 127.0.0.1, ::1 or localhost; give a settings file by CHATPUSH_CONFIG to listen elsewhere`,
    );
  const config: Config = {
    host,
    port: readPort(reader, environment['CHATPUSH_PORT']),
    store: readStore(reader, environment['CHATPUSH_STORE'] ?? 'sqlite:./data/chatpush.db'),
    autoCreate: autoCreate as Config['autoCreate'],
    development: file === undefined,
    accessKeys: [{ id: 'test', secret: 'test', instances: 'all' }],
    regions: 'any',
    account: '000000000000',
    instances: [],
    applications: [],
    limits: { requestsPerSecond: 1_000, burst: 2_000 },
    registrationsPerContact: 10,
    contactLifetimeHours: 168,
    ...(emulatorUrl !== undefined && { emulatorUrl }),
    ...settings,
  };
  if (reader.mistakes.length > 0) throw new ConfigError(reader.mistakes);
  return config;
}

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

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
  if (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)) return { kind: 'postgres', url: text };
  reader.wrong(
    'CHATPUSH_STORE',
    'is not a store; write sqlite:path/to/file.db or postgres://user@host/database',
  );
  return { kind: 'sqlite', path: '' };
}
