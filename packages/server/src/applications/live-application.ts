// A stored application in the same form as those of the settings file, from which notifications are built and
// gateways opened.
import { certificateTimes } from '../config/credentials.ts';
import type { ApplicationConfig, ChannelConfig, ChannelName, Reached } from '../config/config.ts';
import { CHANNEL_NAMES } from '../config/config.ts';
import { Secret } from '../config/secret.ts';
import { ATTACHMENT_TEXT, GENERIC_TEXT } from '../contact/content.ts';
import type { Sealing } from '../secrets/sealing.ts';
import { SealError } from '../secrets/sealing.ts';
import { associatedWith } from './document.ts';
import type { ApplicationDocument, SecretPart, StoredChannel } from './document.ts';

/** Where the gateways of stored applications are: Apple's and Google's own, unless the settings say otherwise. */
export type Reach = Readonly<Record<ChannelName, Reached & { readonly port?: 443 | 2197 }>>;

const DEFAULT_TTL_MINUTES = 720;

export interface LiveApplicationOptions {
  /** Undefined: no key is set, so no credential can be decrypted. */
  readonly sealing: Sealing | undefined;
  readonly reach: Partial<Reach>;
  /** Development: every channel is emulated, whatever its credential, so that nothing leaves the machine. */
  readonly emulated: boolean;
}

/** An application in the form that texts and gateways need. */
export type LiveApplication = ApplicationConfig & {
  readonly ttlMs: number;
  /** As given to CreateApp. */
  readonly name?: string;
};

/** Never throws: if a credential cannot be decrypted, its channel says so and its pushes wait. */
export function toLiveApplication(
  arn: string,
  { name: givenName, look = {}, channels = {} }: ApplicationDocument,
  options: LiveApplicationOptions,
): LiveApplication {
  const live: Partial<Record<ChannelName, ChannelConfig>> = {};
  for (const name of CHANNEL_NAMES) {
    const channel = channels[name];
    if (options.emulated) {
      if (channel?.enabled !== false) live[name] = { gateway: 'emulated' };
    } else if (channel?.enabled) live[name] = toChannelConfig(arn, name, channel, options);
  }
  const ttlMinutes = look.ttlMinutes ?? DEFAULT_TTL_MINUTES;
  return {
    ...look,
    arn,
    ...(givenName !== undefined && { name: givenName }),
    genericText: look.genericText ?? GENERIC_TEXT,
    attachmentText: look.attachmentText ?? ATTACHMENT_TEXT,
    fcmMessage: look.fcmMessage ?? 'data',
    priority: look.priority ?? 'high',
    ttlMinutes,
    ttlMs: ttlMinutes * 60_000,
    channels: live,
  };
}

function toChannelConfig(
  arn: string,
  name: ChannelName,
  { credential, sealed, modifiedAt }: StoredChannel,
  { sealing, reach }: LiveApplicationOptions,
): ChannelConfig {
  let secret: SecretPart;
  try {
    if (sealing === undefined)
      throw new SealError('key', 'CHATPUSH_SECRET_KEY is not set, and the credential is encrypted.');
    secret = JSON.parse(sealing.open(sealed, associatedWith(arn, name))) as SecretPart;
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { gateway: 'unavailable', why: error.message };
  }
  const origin = { source: 'stored', at: modifiedAt } as const;
  const { port = 443, ...reached } = reach[name] ?? {};
  if (credential.kind === 'service-account' && 'serviceAccount' in secret)
    return { gateway: 'fcm', ...reached, serviceAccount: new Secret(secret.serviceAccount, origin) };
  if (credential.kind === 'service-account' || 'serviceAccount' in secret)
    return {
      gateway: 'unavailable',
      why: 'The stored channel is inconsistent; set it up again.',
    };
  const privateKey = new Secret(secret.privateKey, origin);
  const { topic } = credential;
  if (credential.kind === 'key') {
    const { keyId, teamId } = credential;
    return { gateway: 'apns', ...reached, port, topic, auth: { keyId, teamId, privateKey } };
  }
  const { certificate = '' } = secret;
  return {
    gateway: 'apns',
    ...reached,
    port,
    topic,
    auth: { certificate, privateKey, ...certificateTimes(certificate) },
  };
}
