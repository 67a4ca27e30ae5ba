// How old the credentials of channels are, and when their certificates expire.
import type { ApplicationConfig, ChannelConfig } from '../config/config.ts';
import type { SecretOrigin } from '../config/secret.ts';

/** Times in milliseconds since the epoch; absent: unknown. */
export interface CredentialTimes {
  readonly application: string;
  readonly channel: string;
  readonly since?: { readonly source: SecretOrigin['source'] | 'certificate'; readonly at: number };
  /** Of a certificate. */
  readonly expiresAt?: number;
}

/** Of every channel with a real gateway. */
export const credentialTimesOf = (applications: readonly ApplicationConfig[]): CredentialTimes[] =>
  applications.flatMap(({ arn, channels }) =>
    Object.entries(channels).flatMap(([channel, config]) => {
      const times = timesOf(config);
      return times === undefined ? [] : [{ application: arn, channel, ...times }];
    }),
  );

function timesOf(channel: ChannelConfig): Pick<CredentialTimes, 'since' | 'expiresAt'> | undefined {
  if (channel.gateway === 'fcm') return { since: channel.serviceAccount.origin };
  if (channel.gateway !== 'apns') return undefined;
  const { auth } = channel;
  if ('expiresAt' in auth)
    return { since: { source: 'certificate', at: auth.validFrom }, expiresAt: auth.expiresAt };
  return { since: auth.privateKey.origin };
}
