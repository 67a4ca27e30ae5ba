// An application as it is kept in the store: one versioned document, its credentials sealed. Pure.
import type { ChannelName } from '../config/config.ts';

/** What can be said of a credential without showing it. */
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
  /** Rises by one with each change. */
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

/** What is sealed: a private key (with its certificate, where it has one), or the file of a service account. */
export type SecretPart =
  | { readonly privateKey: string; readonly certificate?: string }
  | { readonly serviceAccount: string };

/** The texts and the look of an application's notifications; what is absent has its default. */
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

/** Everything is optional because development creates an application as `{}` when a call first names it. */
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

/** What a credential is sealed together with, so that it opens nowhere else. */
export const associatedWith = (applicationArn: string, channel: ChannelName): string =>
  `${applicationArn} ${channel}`;

/** The document with a channel set, or (without one) removed. */
export function withChannel(
  document: ApplicationDocument,
  name: ChannelName,
  channel: StoredChannel | undefined,
): ApplicationDocument {
  const { [name]: _, ...others } = document.channels ?? {};
  return { ...document, channels: channel === undefined ? others : { ...others, [name]: channel } };
}
