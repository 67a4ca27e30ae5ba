// The settings file: JSON by hand, read member by member; secrets stand in it, in another file, or in the environment.
import { readFileSync } from 'node:fs';
import type {
  AccessKeyConfig,
  ApplicationConfig,
  ChannelConfig,
  ChannelName,
  Config,
  Environment,
  ServiceAccount,
} from './config.ts';
import { join, readInteger, readList, readObject, readString } from './reader.ts';
import type { Reader } from './reader.ts';

const ARN = /^arn:[^:]+:mobiletargeting:[^:]*:[^:]*:apps\/.+$/;

export function readSettingsFile(reader: Reader, file: string, environment: Environment): Partial<Config> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    reader.wrong(
      'CHATPUSH_CONFIG',
      `names ${file}, which cannot be read as JSON: ${(error as Error).message}`,
    );
    return {};
  }
  const known = [
    'accessKeys',
    'regions',
    'account',
    'instances',
    'applications',
    'limits',
    'registrationsPerContact',
    'contactLifetimeHours',
  ];
  const root = readObject(reader, value, '', known);
  if (!root) return {};
  const secrets = (secret: unknown, where: string): string | undefined =>
    readSecret(reader, secret, where, environment);
  const limits =
    root['limits'] === undefined
      ? {}
      : (readObject(reader, root['limits'], 'limits', ['requestsPerSecond', 'burst']) ?? {});
  const accessKeys = readList(reader, root['accessKeys'], 'accessKeys', (element, where) =>
    readAccessKey(reader, element, where, secrets),
  );
  if (accessKeys.length === 0 && reader.mistakes.length === 0)
    reader.wrong(
      'accessKeys',
      'is missing; without a key nobody can call: [{ "id": …, "secret": …, "instances": "all" }]',
    );
  return {
    accessKeys,
    regions:
      root['regions'] === undefined || root['regions'] === 'any'
        ? 'any'
        : readList(reader, root['regions'], 'regions', (element, where) =>
            readString(reader, element, where, 'a region such as "eu-central-1"'),
          ),
    account:
      root['account'] === undefined
        ? '000000000000'
        : (readString(reader, root['account'], 'account', 'the 12 digits of an account', /^\d{12}$/) ?? ''),
    instances: readList(reader, root['instances'], 'instances', (element, where) =>
      readString(reader, element, where, 'the id of an instance, at most 100 characters', /^.{1,100}$/),
    ),
    applications: readList(reader, root['applications'], 'applications', (element, where) =>
      readApplication(reader, element, where, secrets),
    ),
    limits: {
      requestsPerSecond: readInteger(
        reader,
        limits['requestsPerSecond'],
        'limits.requestsPerSecond',
        1_000,
        1,
        1_000_000,
      ),
      burst: readInteger(reader, limits['burst'], 'limits.burst', 2_000, 1, 1_000_000),
    },
    registrationsPerContact: readInteger(
      reader,
      root['registrationsPerContact'],
      'registrationsPerContact',
      10,
      1,
      10,
    ),
    contactLifetimeHours: readInteger(
      reader,
      root['contactLifetimeHours'],
      'contactLifetimeHours',
      168,
      1,
      8_760,
    ),
  };
}

type ReadSecret = (value: unknown, where: string) => string | undefined;

/** A secret stands in the file, in another file, or in the environment. */
function readSecret(
  reader: Reader,
  value: unknown,
  where: string,
  environment: Environment,
): string | undefined {
  if (typeof value !== 'object' || value === null)
    return readString(reader, value, where, 'the secret itself, { "file": path } or { "env": name }');
  const reference = readObject(reader, value, where, ['file', 'env']);
  if (!reference) return undefined;
  const { file, env } = reference;
  if (typeof env === 'string') {
    const found = environment[env];
    if (found === undefined || found === '')
      reader.wrong(where, `names the environment variable ${env}, which is not set`);
    return found;
  }
  if (typeof file === 'string') {
    try {
      return readFileSync(file, 'utf8').trim();
    } catch (error) {
      reader.wrong(where, `names the file ${file}, which cannot be read: ${(error as Error).message}`);
      return undefined;
    }
  }
  reader.wrong(where, 'is an object without "file" or "env"; write one of them');
  return undefined;
}

function readAccessKey(
  reader: Reader,
  value: unknown,
  where: string,
  secrets: ReadSecret,
): AccessKeyConfig | undefined {
  const key = readObject(reader, value, where, ['id', 'secret', 'instances']);
  if (!key) return undefined;
  const id = readString(
    reader,
    key['id'],
    join(where, 'id'),
    'the access key id, at most 128 letters and digits',
    /^\w{1,128}$/,
  );
  const secret = secrets(key['secret'], join(where, 'secret'));
  const instances =
    key['instances'] === 'all'
      ? ('all' as const)
      : readList(reader, key['instances'], join(where, 'instances'), (element, at) =>
          readString(reader, element, at, 'the id of an instance'),
        );
  if (instances !== 'all' && instances.length === 0)
    reader.wrong(join(where, 'instances'), 'names no instance; write "all" or a list of instance ids');
  return id === undefined || secret === undefined ? undefined : { id, secret, instances };
}

function readApplication(
  reader: Reader,
  value: unknown,
  where: string,
  secrets: ReadSecret,
): ApplicationConfig | undefined {
  const application = readObject(reader, value, where, ['arn', 'genericText', 'channels']);
  if (!application) return undefined;
  const arn = readString(
    reader,
    application['arn'],
    join(where, 'arn'),
    'an application ARN such as "arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support"',
    ARN,
  );
  const genericText =
    application['genericText'] === undefined
      ? undefined
      : readString(reader, application['genericText'], join(where, 'genericText'), 'a short text');
  const named = readObject(reader, application['channels'] ?? {}, join(where, 'channels'), [
    'APNS',
    'APNS_SANDBOX',
    'GCM',
  ]);
  const channels: Partial<Record<ChannelName, ChannelConfig>> = {};
  for (const name of ['APNS', 'APNS_SANDBOX', 'GCM'] as const) {
    if (named?.[name] === undefined) continue;
    const channel = readChannel(reader, named[name], join(where, `channels.${name}`), name, secrets);
    if (channel) channels[name] = channel;
  }
  return arn === undefined ? undefined : { arn, channels, ...(genericText !== undefined && { genericText }) };
}

function readChannel(
  reader: Reader,
  value: unknown,
  where: string,
  name: ChannelName,
  secrets: ReadSecret,
): ChannelConfig | undefined {
  const real = name === 'GCM' ? 'fcm' : 'apns';
  const members = name === 'GCM' ? ['serviceAccount'] : ['keyId', 'teamId', 'privateKey', 'topic'];
  const channel = readObject(reader, value, where, ['gateway', ...members]);
  if (!channel) return undefined;
  if (channel['gateway'] === 'emulated') return { gateway: 'emulated' };
  if (channel['gateway'] !== real) {
    reader.wrong(
      join(where, 'gateway'),
      `is not a choice; write "${real}" for the real gateway or "emulated"`,
    );
    return undefined;
  }
  if (name === 'GCM') {
    const text = secrets(channel['serviceAccount'], join(where, 'serviceAccount'));
    return text === undefined ? undefined : readServiceAccount(reader, text, join(where, 'serviceAccount'));
  }
  const [keyId, teamId, topic] = ['keyId', 'teamId', 'topic'].map((member) =>
    readString(reader, channel[member], join(where, member), `the ${member} as Apple shows it`),
  );
  const privateKey = secrets(channel['privateKey'], join(where, 'privateKey'));
  if (keyId === undefined || teamId === undefined || topic === undefined || privateKey === undefined)
    return undefined;
  return { gateway: 'apns', keyId, teamId, topic, privateKey };
}

function readServiceAccount(reader: Reader, text: string, where: string): ChannelConfig | undefined {
  let account: Partial<ServiceAccount>;
  try {
    account = JSON.parse(text) as Partial<ServiceAccount>;
  } catch {
    // The parser's message would repeat a piece of the secret.
    reader.wrong(
      where,
      'is not JSON; write { "file": path } of the service account file that Firebase gave you',
    );
    return undefined;
  }
  const missing = (['project_id', 'client_email', 'private_key', 'token_uri'] as const).filter(
    (member) => typeof account[member] !== 'string',
  );
  if (missing.length === 0) return { gateway: 'fcm', serviceAccount: account as ServiceAccount };
  reader.wrong(where, `lacks ${missing.join(', ')}; it must be the whole service account file`);
  return undefined;
}
