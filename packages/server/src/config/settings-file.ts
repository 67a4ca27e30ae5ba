// The settings file → its part of Config: read by the table, then checked where several settings must match.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { actionsOfRight, bearerActionFault } from './callers.ts';
import type {
  ApplicationConfig,
  BearerKeyConfig,
  ChannelConfig,
  ChannelName,
  Config,
  Environment,
  SnsTopicConfig,
} from './config.ts';
import { CHANNEL_NAMES } from './config.ts';
import { certificateTimes, certificatesOf, certificateUseFault, providerKeyFault } from './credentials.ts';
import { join } from './reader.ts';
import { readLimits } from './limits.ts';
import type { Reader } from './reader.ts';
import { readSetting } from './read-setting.ts';
import type { Value } from './setting.ts';
import { SETTINGS } from './settings.ts';
import { parseSettingsJson } from './settings-json.ts';

type Settings = Value<typeof SETTINGS>;
type BearerKey = Settings['bearerKeys'] extends (infer One)[] | undefined ? One : never;
type Application = Settings['applications'] extends (infer One)[] | undefined ? One : never;
type Channels = NonNullable<Application['channels']>;
type Apns = NonNullable<Channels['APNS']>;
type Fcm = NonNullable<Channels['GCM']>;

export interface FileReading {
  readonly environment: Environment;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** What named the file, as shown in a mistake. */
  readonly fileNamedBy: string;
  /** Instances are created when they are named, so none need be listed. */
  readonly createsInstances: boolean;
}

/** Reads the file. All mistakes go to the reader; if there are any, do not use the result. */
export function readSettingsFile(
  reader: Reader,
  file: string,
  { environment, now, fileNamedBy, createsInstances }: FileReading,
): Partial<Config> {
  let value: unknown;
  try {
    value = parseSettingsJson(readFileSync(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    reader.wrong(
      fileNamedBy,
      `names ${file}, which cannot be read: ${code ?? message}; ${code === undefined ? 'fix it there (a bracket, a comma, a quote)' : 'correct the path'}`,
    );
    return {};
  }
  const settings = readSetting(SETTINGS, value, { reader, where: '', environment, folder: dirname(file) });
  if (settings === undefined) return {};
  if (settings.accessKeys?.length === 0)
    reader.wrong(
      'accessKeys',
      'is empty, so nobody can call; add a key: [{ "id": …, "secret": …, "instances": "all" }]',
    );
  for (const [index, key] of (settings.accessKeys ?? []).entries())
    for (const [name, noun] of [
      ['instances', 'instance'],
      ['actions', 'action'],
      ['applications', 'application'],
    ] as const)
      if (key[name]?.length === 0 && !reader.isWrong(`accessKeys[${index}].${name}`))
        reader.wrong(`accessKeys[${index}].${name}`, `names no ${noun}; write "all" or a list`);
  const topics = settings.sources?.sns ?? [];
  for (const [index, { instances, endpoint, signatures }] of topics.entries()) {
    if (endpoint !== undefined && !createsInstances)
      reader.wrong(
        `sources.sns[${index}].endpoint`,
        'is for local development, because anyone could sign messages there; remove it, or set CHATPUSH_AUTO_CREATE=all',
      );
    if (signatures === 'ignored' && endpoint === undefined)
      reader.wrong(
        `sources.sns[${index}].signatures`,
        'is "ignored", but Amazon signs every message; remove it, or set "endpoint" to the address of LocalStack or moto',
      );
    if (instances?.length === 0)
      reader.wrong(
        `sources.sns[${index}].instances`,
        'has no instance; list the ids of the Amazon Connect instances that stream to this topic',
      );
  }
  checkUnique(reader, topics, 'sources.sns', 'topicArn', 'list all its instances in one place');
  const applications = (settings.applications ?? []).map((application, index) =>
    toApplication(reader, application, `applications[${index}]`, now),
  );
  if (!createsInstances) checkInstances(reader, settings);
  checkUnique(reader, applications, 'applications', 'arn', 'combine its channels in one application');
  checkUnique(reader, settings.accessKeys ?? [], 'accessKeys', 'id', 'give each key its own id');
  return {
    accessKeys: settings.accessKeys ?? [],
    bearerKeys: (settings.bearerKeys ?? []).map((key, index) =>
      toBearerKey(reader, key, `bearerKeys[${index}]`),
    ),
    trustedProxies: settings.trustedProxies ?? [],
    allowedHosts: settings.allowedHosts ?? [],
    sources: { sns: topics.map(toTopic) },
    regions: settings.regions,
    account: settings.account,
    instances: settings.instances ?? [],
    applications,
    gateways: gatewaysOf(settings.gateways),
    limits: readLimits(settings.limits),
    registrationsPerContact: settings.registrationsPerContact,
    contactLifetimeHours: settings.contactLifetimeHours,
    console: settings.console,
    ...(settings.proxy && { proxy: settings.proxy }),
  };
}

const toTopic = ({ topicArn, instances, endpoint, signatures }: SnsTopicConfig): SnsTopicConfig => ({
  topicArn,
  instances,
  ...(endpoint !== undefined && { endpoint }),
  ...(signatures !== undefined && { signatures }),
});

/** Without the members that are not set. */
function gatewaysOf(given: Settings['gateways']): Config['gateways'] {
  const gateways: Partial<Record<ChannelName, Config['gateways'][ChannelName]>> = {};
  for (const name of CHANNEL_NAMES) {
    const gateway: { url?: string; ca?: string; port?: 443 | 2197 } = given?.[name] ?? {};
    const { url, port } = gateway;
    const ca = gateway.ca && certificatesOf(gateway.ca);
    gateways[name] = { ...(url && { url }), ...(ca && { ca }), ...(port && { port }) };
  }
  return gateways;
}

/** If instances are not created by being named: there must be some, and keys must not name missing ones. */
function checkInstances(reader: Reader, { instances = [], accessKeys, bearerKeys, sources }: Settings): void {
  // Mistakes in the list itself are already recorded, and hide what it should have named.
  if (reader.mistakes.some(({ where }) => where.startsWith('instances'))) return;
  if (instances.length === 0) {
    reader.wrong(
      'instances',
      'is empty, so every call would be refused; list the ids that callers pass as InstanceId: [ … ], or set CHATPUSH_AUTO_CREATE=all',
    );
    return;
  }
  const lookAt = (where: string, named: readonly (string | undefined)[]): void => {
    for (const id of named)
      if (id !== undefined && !instances.includes(id))
        reader.wrong(
          where,
          `names ${JSON.stringify(id)}, which the list "instances" does not have; add it there, or correct it here`,
        );
  };
  // Members are absent if they were wrong, which is already recorded.
  for (const [index, { instances: named }] of (accessKeys ?? []).entries())
    if (named !== 'all') lookAt(`accessKeys[${index}].instances`, named ?? []);
  for (const [index, { instance }] of (bearerKeys ?? []).entries())
    lookAt(`bearerKeys[${index}].instance`, [instance]);
  for (const [index, { instances: named }] of (sources?.sns ?? []).entries())
    lookAt(`sources.sns[${index}].instances`, named ?? []);
}

function checkUnique<Name extends string>(
  reader: Reader,
  list: readonly Readonly<Record<Name, string>>[],
  where: string,
  name: Name,
  cure: string,
): void {
  const seen = new Set<string>();
  for (const [index, { [name]: value }] of list.entries()) {
    if (seen.has(value)) reader.wrong(`${where}[${index}].${name}`, `is listed twice; ${cure}`);
    // Absent if it was wrong, which is already recorded.
    else if (value !== undefined) seen.add(value);
  }
}

function toBearerKey(
  reader: Reader,
  { right, actions = [], ...key }: BearerKey,
  where: string,
): BearerKeyConfig {
  if ((right === undefined) === (actions.length === 0) && !reader.isWrong(where))
    reader.wrong(where, 'must have either "right" or "actions"; write "right": "intake", or what it may do');
  for (const [index, action] of actions.entries()) {
    const fault = bearerActionFault(action);
    if (fault !== undefined) reader.wrong(`${where}.actions[${index}]`, fault);
  }
  return { ...key, actions: right === undefined ? actions : actionsOfRight(right) };
}

function toApplication(
  reader: Reader,
  application: Application,
  where: string,
  now: number,
): ApplicationConfig {
  const { channels: given, ...rest } = application;
  if (rest.androidChannelId !== undefined && rest.fcmMessage === 'data')
    reader.wrong(
      join(where, 'androidChannelId'),
      'has no effect on data messages, because the app creates their notifications; add "fcmMessage": "notification" or remove it',
    );
  const channels: Partial<Record<ChannelName, ChannelConfig>> = {};
  for (const name of ['APNS', 'APNS_SANDBOX'] as const) {
    const channel = given?.[name];
    const read = channel && apnsChannel(reader, channel, join(where, `channels.${name}`), now);
    if (read) channels[name] = read;
  }
  const fcm = given?.GCM && fcmChannel(reader, given.GCM, join(where, 'channels.GCM'));
  if (fcm) channels.GCM = fcm;
  return { ...rest, channels };
}

function apnsChannel(reader: Reader, channel: Apns, where: string, now: number): ChannelConfig | undefined {
  const { gateway, topic, keyId, teamId, privateKey, url, port } = channel;
  const certificate = channel.certificate && certificatesOf(channel.certificate);
  const ca = channel.ca && certificatesOf(channel.ca);
  if (gateway !== 'apns') return gateway && { gateway };
  const mistakesBefore = reader.mistakes.length;
  /** Absent, and not already recorded as wrong. */
  const lacks = (name: keyof Apns): boolean =>
    channel[name] === undefined && !reader.mistakes.some((mistake) => mistake.where === join(where, name));
  const needs = (name: keyof Apns, what: string): void => {
    if (lacks(name)) reader.wrong(join(where, name), `is missing; ${what}`);
  };
  needs('topic', 'write the bundle id of the app');
  needs('privateKey', 'write the contents of the .p8 file, { "file": path } or { "env": name }');
  const byCertificate = certificate !== undefined || !lacks('certificate');
  if (byCertificate) {
    if (keyId !== undefined || teamId !== undefined)
      reader.wrong(
        join(where, 'certificate'),
        'cannot be combined with a key id or team id; keep either the certificate or keyId and teamId, with the matching private key',
      );
    const fault = certificate && privateKey && certificateUseFault(certificate, privateKey.reveal(), now);
    if (fault) reader.wrong(join(where, 'certificate'), fault);
  } else {
    needs('keyId', 'write the 10 characters of the key id, or a certificate');
    needs('teamId', 'write the 10 characters of the team id, or a certificate');
    const fault = privateKey && providerKeyFault(privateKey.reveal());
    if (fault) reader.wrong(join(where, 'privateKey'), fault);
  }
  if (reader.mistakes.length > mistakesBefore || !topic || !privateKey) return undefined;
  const reached = { topic, port, ...(url && { url }), ...(ca && { ca }) };
  if (certificate)
    return {
      gateway,
      ...reached,
      auth: { certificate, privateKey, ...certificateTimes(certificate) },
    };
  return keyId && teamId ? { gateway, ...reached, auth: { keyId, teamId, privateKey } } : undefined;
}

function fcmChannel(reader: Reader, channel: Fcm, where: string): ChannelConfig | undefined {
  const { gateway, serviceAccount, url } = channel;
  const ca = channel.ca && certificatesOf(channel.ca);
  if (gateway !== 'fcm') return gateway && { gateway };
  if (serviceAccount) return { gateway, serviceAccount, ...(url && { url }), ...(ca && { ca }) };
  const at = join(where, 'serviceAccount');
  if (!reader.mistakes.some((mistake) => mistake.where === at))
    reader.wrong(at, 'is missing; use { "file": path } with the service account file from Firebase');
  return undefined;
}
