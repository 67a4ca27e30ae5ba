// The channels of Pinpoint's applications: each has one credential for Apple or Google. Credentials are write-only.
import { operation } from '../operation.ts';
import type { Operation } from '../operation.ts';
import { boolean, integer, map, oneOf, required, string, structure, unsupported } from '../shape.ts';
import { PINPOINT, applicationId } from './applications.ts';

/** A .p8 key is 250 bytes, a certificate with its chain and a service account a few thousand. */
const credential = string({ max: 20_000, sensitive: true });

const channelState = {
  ApplicationId: string(),
  CreationDate: string(),
  Enabled: boolean,
  HasCredential: boolean,
  Id: string(),
  IsArchived: boolean,
  LastModifiedBy: string(),
  LastModifiedDate: string(),
  Version: integer(),
};
const apnsChannel = structure({
  ...channelState,
  DefaultAuthenticationMethod: string(),
  HasTokenKey: boolean,
  Platform: required(oneOf('APNS', 'APNS_SANDBOX')),
});
const gcmChannel = structure({
  ...channelState,
  DefaultAuthenticationMethod: string(),
  HasFcmServiceCredentials: boolean,
  Platform: required(oneOf('GCM')),
});

const ofApplication = structure({ ApplicationId: required(applicationId) });
const apnsInput = structure({
  ApplicationId: required(applicationId),
  BundleId: string({ max: 255 }),
  Certificate: credential,
  DefaultAuthenticationMethod: string({ max: 32 }),
  Enabled: boolean,
  PrivateKey: credential,
  TeamId: string({ max: 32 }),
  TokenKey: credential,
  TokenKeyId: string({ max: 32 }),
});
const gcmInput = structure({
  ApplicationId: required(applicationId),
  ApiKey: unsupported(
    'Google switched off the API keys of the legacy protocol in 2024: send ServiceJson with DefaultAuthenticationMethod TOKEN',
  ),
  DefaultAuthenticationMethod: string({ max: 32 }),
  Enabled: boolean,
  ServiceJson: credential,
});

const onChannel = <const S extends string>(segment: S) =>
  ({ ...PINPOINT, path: `/v1/apps/{ApplicationId}/channels/${segment}` }) as const;
const read = <const O extends Omit<Operation, 'input' | 'method' | 'errors'>>(value: O) =>
  operation({ ...value, method: 'GET', errors: PINPOINT.errors, input: ofApplication });
const remove = <const O extends Omit<Operation, 'input' | 'method' | 'errors'>>(value: O) =>
  operation({ ...value, method: 'DELETE', errors: PINPOINT.errors, input: ofApplication });

export const getApnsChannel = read({ ...onChannel('apns'), name: 'GetApnsChannel', output: apnsChannel });
export const deleteApnsChannel = remove({
  ...onChannel('apns'),
  name: 'DeleteApnsChannel',
  output: apnsChannel,
});
export const updateApnsChannel = operation({
  ...onChannel('apns'),
  name: 'UpdateApnsChannel',
  method: 'PUT',
  input: apnsInput,
  output: apnsChannel,
});

export const getApnsSandboxChannel = read({
  ...onChannel('apns_sandbox'),
  name: 'GetApnsSandboxChannel',
  output: apnsChannel,
});
export const deleteApnsSandboxChannel = remove({
  ...onChannel('apns_sandbox'),
  name: 'DeleteApnsSandboxChannel',
  output: apnsChannel,
});
export const updateApnsSandboxChannel = operation({
  ...onChannel('apns_sandbox'),
  name: 'UpdateApnsSandboxChannel',
  method: 'PUT',
  input: apnsInput,
  output: apnsChannel,
});

export const getGcmChannel = read({ ...onChannel('gcm'), name: 'GetGcmChannel', output: gcmChannel });
export const deleteGcmChannel = remove({ ...onChannel('gcm'), name: 'DeleteGcmChannel', output: gcmChannel });
export const updateGcmChannel = operation({
  ...onChannel('gcm'),
  name: 'UpdateGcmChannel',
  method: 'PUT',
  input: gcmInput,
  output: gcmChannel,
});

export const getChannels = operation({
  ...PINPOINT,
  name: 'GetChannels',
  method: 'GET',
  path: '/v1/apps/{ApplicationId}/channels',
  input: ofApplication,
  output: structure({ Channels: required(map(structure(channelState))) }),
});
