// An application as stored: one versioned document with encrypted credentials. Pure.
import type { ChannelName } from '../config/config.ts';

/** What can be shown of a credential without revealing it. */
export type CredentialKind =
  | { readonly kind: 'key'; readonly topic: string; readonly keyId: string; readonly teamId: string }
  | {
      readonly kind: 'certificate';
      readonly topic: string;
      /** Milliseconds since the epoch. */
      readonly expiresAt: number;
    }
  | { readonly kind: 'service-account'; readonly projectId: string };

export interface StoredChannel {
  readonly enabled: boolean;
  /** Increases by one with each change. */
  readonly version: number;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  /** The access key that changed it last. */
  readonly modifiedBy: string;
  readonly credential: CredentialKind;
  /** The secret part of the credential, JSON text of {@link SecretPart}. */
  readonly sealed: string;
}

/** The encrypted part: a private key (with its certificate, if it has one), or the file of a service account. */
export type SecretPart =
  | { readonly privateKey: string; readonly certificate?: string }
  | { readonly serviceAccount: string };

/** The texts and the look of an application's notifications; absent members have their default. */
export interface NotificationLook {
  readonly genericText?: string;
  readonly attachmentText?: string;
  readonly title?: string;
  readonly sound?: string;
  readonly category?: string;
  readonly threadId?: string;
  readonly androidChannelId?: string;
  readonly fcmMessage?: 'data' | 'notification';
  readonly priority?: 'high' | 'normal';
  readonly ttlMinutes?: number;
}

/** Everything is optional, because in development an application is created as `{}` when a call first names it. */
export interface ApplicationDocument {
  readonly name?: string;
  readonly createdAt?: number;
  readonly modifiedAt?: number;
  readonly tags?: Readonly<Record<string, string>>;
  readonly look?: NotificationLook;
  readonly channels?: Readonly<Partial<Record<ChannelName, StoredChannel>>>;
}

export const parseApplication = (body: string): ApplicationDocument =>
  JSON.parse(body) as ApplicationDocument;
export const serialiseApplication = (document: ApplicationDocument): string => JSON.stringify(document);

/** The associated data that a credential is encrypted with, so that it cannot be decrypted anywhere else. */
export const associatedWith = (applicationArn: string, channel: ChannelName): string =>
  `${applicationArn} ${channel}`;

/** The document with a channel set, or (without a channel) removed. */
export function withChannel(
  document: ApplicationDocument,
  name: ChannelName,
  channel: StoredChannel | undefined,
): ApplicationDocument {
  const { [name]: _, ...others } = document.channels ?? {};
  return { ...document, channels: channel === undefined ? others : { ...others, [name]: channel } };
}
