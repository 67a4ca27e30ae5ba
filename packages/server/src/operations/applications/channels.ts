// The channels of applications: set up, read and removed. Credentials are checked and encrypted on the way in and
// never returned.
import type { Input, Output } from '@chatpush/wire';
import { apnsCredential, gcmCredential, withTopic } from '../../applications/channel-credential.ts';
import type { NewCredential } from '../../applications/channel-credential.ts';
import { associatedWith, withChannel } from '../../applications/document.ts';
import type { StoredChannel } from '../../applications/document.ts';
import { CHANNEL_NAMES } from '../../config/config.ts';
import type { ChannelConfig, ChannelName } from '../../config/config.ts';
import type { Sealing } from '../../secrets/sealing.ts';
import { HOW_TO_MAKE_A_KEY } from '../../secrets/secret-keys.ts';
import { ServiceError } from '../../service-error.ts';
import type { Call } from '../handlers.ts';
import {
  applicationArnOf,
  applicationIdOf,
  changeApplication,
  findApplication,
  isoTime,
} from './application.ts';
import type { ApplicationDependencies, Found } from './application.ts';

type ApnsName = 'APNS' | 'APNS_SANDBOX';
type OfApplication = { readonly ApplicationId: string };

/** The members that the answers of all channels share. */
type State = Output<'GetChannels'>['Channels'][string];

function storedState(arn: string, name: ChannelName, channel: StoredChannel): State {
  return {
    ApplicationId: applicationIdOf(arn),
    CreationDate: isoTime(channel.createdAt),
    Enabled: channel.enabled,
    HasCredential: true,
    Id: name.toLowerCase(),
    IsArchived: false,
    LastModifiedBy: channel.modifiedBy,
    LastModifiedDate: isoTime(channel.modifiedAt),
    Version: channel.version,
  };
}

const configuredState = (arn: string, name: ChannelName, { gateway }: ChannelConfig): State => ({
  ApplicationId: applicationIdOf(arn),
  Enabled: true,
  HasCredential: gateway !== 'emulated',
  Id: name.toLowerCase(),
  IsArchived: false,
  Version: 1,
});

interface ChannelState {
  readonly state: State;
  readonly credential: StoredChannel['credential']['kind'] | undefined;
}

function channelOf(found: Found, name: ChannelName): ChannelState | undefined {
  if ('document' in found) {
    const channel = found.document.channels?.[name];
    return channel && { state: storedState(found.arn, name, channel), credential: channel.credential.kind };
  }
  const channel = found.configured.channels[name];
  if (channel === undefined) return undefined;
  const credential =
    channel.gateway === 'fcm'
      ? 'service-account'
      : channel.gateway === 'apns'
        ? 'keyId' in channel.auth
          ? 'key'
          : 'certificate'
        : undefined;
  return { state: configuredState(found.arn, name, channel), credential };
}

const apnsOutput = (name: ApnsName, { state, credential }: ChannelState): Output<'GetApnsChannel'> => ({
  ...state,
  ...(credential !== undefined && {
    DefaultAuthenticationMethod: credential === 'key' ? 'KEY' : 'CERTIFICATE',
  }),
  HasTokenKey: credential === 'key',
  Platform: name,
});

const gcmOutput = ({ state, credential }: ChannelState): Output<'GetGcmChannel'> => ({
  ...state,
  DefaultAuthenticationMethod: 'TOKEN',
  HasFcmServiceCredentials: credential === 'service-account',
  Platform: 'GCM',
});

const noChannel = (arn: string, name: ChannelName): ServiceError =>
  new ServiceError('NotFoundException', `The application ${applicationIdOf(arn)} has no ${name} channel.`);

async function readChannel(
  dependencies: ApplicationDependencies,
  name: ChannelName,
  { ApplicationId }: OfApplication,
  { region }: Call,
): Promise<ChannelState> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  const channel = channelOf(await findApplication(dependencies, arn), name);
  if (channel === undefined) throw noChannel(arn, name);
  return channel;
}

async function deleteChannel(
  dependencies: ApplicationDependencies,
  name: ChannelName,
  { ApplicationId }: OfApplication,
  { region }: Call,
): Promise<ChannelState> {
  const arn = applicationArnOf(dependencies, ApplicationId, region);
  let removed: StoredChannel | undefined;
  await changeApplication(dependencies, arn, (document) => {
    removed = document.channels?.[name];
    if (removed === undefined) throw noChannel(arn, name);
    return withChannel(document, name, undefined);
  });
  const gone = removed!;
  return {
    state: { ...storedState(arn, name, gone), Enabled: false, HasCredential: false },
    credential: gone.credential.kind,
  };
}

async function updateChannel(
  dependencies: ApplicationDependencies,
  name: ChannelName,
  input: OfApplication & { readonly BundleId?: string; readonly Enabled?: boolean },
  brought: NewCredential | undefined,
  { region, caller }: Call,
): Promise<ChannelState> {
  const arn = applicationArnOf(dependencies, input.ApplicationId, region);
  const sealed =
    brought && sealingOf(dependencies).seal(JSON.stringify(brought.secret), associatedWith(arn, name));
  const changed = await changeApplication(dependencies, arn, (document, now) => {
    const before = document.channels?.[name];
    if (brought === undefined && before === undefined)
      throw new ServiceError(
        'BadRequestException',
        name === 'GCM'
          ? 'The channel has no credential yet: send ServiceJson, the contents of the service account’s JSON file.'
          : 'The channel has no credential yet: send BundleId with TokenKey, TokenKeyId and TeamId, or with Certificate and PrivateKey.',
      );
    return withChannel(document, name, {
      enabled: input.Enabled ?? before?.enabled ?? true,
      version: (before?.version ?? 0) + 1,
      createdAt: before?.createdAt ?? now,
      modifiedAt: now,
      modifiedBy: caller.accessKeyId,
      credential: brought?.credential ?? withTopic(before!.credential, input.BundleId),
      sealed: sealed ?? before!.sealed,
    });
  });
  const channel = changed.channels![name]!;
  return { state: storedState(arn, name, channel), credential: channel.credential.kind };
}

function sealingOf({ sealing }: ApplicationDependencies): Sealing {
  const present = sealing();
  if (present) return present;
  throw new ServiceError(
    'BadRequestException',
    `Credentials are stored encrypted, but no key is set: ${HOW_TO_MAKE_A_KEY}, set CHATPUSH_SECRET_KEY to it on every node, and restart.`,
  );
}

export const getApnsChannel = async (
  dependencies: ApplicationDependencies,
  name: ApnsName,
  input: OfApplication,
  call: Call,
): Promise<Output<'GetApnsChannel'>> => apnsOutput(name, await readChannel(dependencies, name, input, call));

export const updateApnsChannel = async (
  dependencies: ApplicationDependencies,
  name: ApnsName,
  input: Input<'UpdateApnsChannel'>,
  call: Call,
): Promise<Output<'UpdateApnsChannel'>> =>
  apnsOutput(
    name,
    await updateChannel(dependencies, name, input, apnsCredential(input, dependencies.clock.now()), call),
  );

export const deleteApnsChannel = async (
  dependencies: ApplicationDependencies,
  name: ApnsName,
  input: OfApplication,
  call: Call,
): Promise<Output<'DeleteApnsChannel'>> =>
  apnsOutput(name, await deleteChannel(dependencies, name, input, call));

export const getGcmChannel = async (
  dependencies: ApplicationDependencies,
  input: OfApplication,
  call: Call,
): Promise<Output<'GetGcmChannel'>> => gcmOutput(await readChannel(dependencies, 'GCM', input, call));

export const updateGcmChannel = async (
  dependencies: ApplicationDependencies,
  input: Input<'UpdateGcmChannel'>,
  call: Call,
): Promise<Output<'UpdateGcmChannel'>> =>
  gcmOutput(await updateChannel(dependencies, 'GCM', input, gcmCredential(input), call));

export const deleteGcmChannel = async (
  dependencies: ApplicationDependencies,
  input: OfApplication,
  call: Call,
): Promise<Output<'DeleteGcmChannel'>> => gcmOutput(await deleteChannel(dependencies, 'GCM', input, call));

export async function getChannels(
  dependencies: ApplicationDependencies,
  { ApplicationId }: OfApplication,
  { region }: Call,
): Promise<Output<'GetChannels'>> {
  const found = await findApplication(dependencies, applicationArnOf(dependencies, ApplicationId, region));
  const channels = CHANNEL_NAMES.map((name) => [name, channelOf(found, name)?.state] as const);
  return {
    Channels: Object.fromEntries(
      channels.filter((entry): entry is readonly [ChannelName, State] => entry[1] !== undefined),
    ),
  };
}
