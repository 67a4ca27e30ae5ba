// What the process runs by: everything a person can set, after it was read and checked.
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { Secret } from './secret.ts';

export interface AccessKeyConfig {
  readonly id: string;
  readonly secret: Secret;
  /** Calls must carry it; absent: they must carry none. `any`: they may carry any or none, in development. */
  readonly sessionToken?: Secret | 'any';
  readonly instances: 'all' | readonly string[];
  /** Names of wire's actions, or beginnings of names with `*` at the end. Default: see `permissionsOf`. */
  readonly actions?: 'all' | readonly string[];
  /** ARNs of the applications it may use. */
  readonly applications: 'all' | readonly string[];
}

export interface BearerKeyConfig {
  readonly id: string;
  readonly secret: Secret;
  readonly instance: string;
  readonly actions: readonly string[];
}

/** A topic that Amazon Connect streams to, and the instances whose messages may come by it. */
export interface SnsTopicConfig {
  readonly topicArn: string;
  readonly instances: readonly string[];
  /** Base URL of a LocalStack or moto that stands in for Amazon SNS, in development. */
  readonly endpoint?: string;
  readonly signatures?: 'checked' | 'ignored';
}

export type ChannelName = 'APNS' | 'APNS_SANDBOX' | 'GCM';

export const CHANNEL_NAMES: readonly ChannelName[] = ['APNS', 'APNS_SANDBOX', 'GCM'];

/** The log's, from all to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How the real gateway of a channel is reached. */
export interface Reached {
  /** Base URL of something that stands in for the gateway. */
  readonly url?: string;
  /** PEM of the authorities to trust instead of the built-in list. */
  readonly ca?: string;
}

export interface ApnsChannelConfig extends Reached {
  readonly gateway: 'apns';
  readonly topic: string;
  readonly auth:
    | { readonly keyId: string; readonly teamId: string; readonly privateKey: Secret }
    | {
        readonly certificate: string;
        readonly privateKey: Secret;
        /** Milliseconds since the epoch. */
        readonly expiresAt: number;
      };
  readonly port: 443 | 2197;
}

export interface FcmChannelConfig extends Reached {
  readonly gateway: 'fcm';
  /** The contents of the service account's file. */
  readonly serviceAccount: Secret;
}

/** Real or emulated is a choice per channel, never a guess. */
export type ChannelConfig =
  | { readonly gateway: 'emulated' }
  | ApnsChannelConfig
  | FcmChannelConfig
  /** Stored, and cannot be used: its pushes wait until the operator has done what `why` says. */
  | { readonly gateway: 'unavailable'; readonly why: string };

export interface ApplicationConfig {
  readonly arn: string;
  /** What the phone shows instead of a message that must not be shown. */
  readonly genericText: string;
  /** What the phone shows for an attachment, with `{name}` for its file name. */
  readonly attachmentText: string;
  /** `{displayName}` stands for the name of who wrote. */
  readonly title?: string;
  readonly sound?: string;
  readonly category?: string;
  /** `{contactId}` stands for the initial contact id. */
  readonly threadId?: string;
  readonly androidChannelId?: string;
  readonly fcmMessage: 'data' | 'notification';
  readonly priority: 'high' | 'normal';
  readonly ttlMinutes: number;
  readonly channels: Readonly<Partial<Record<ChannelName, ChannelConfig>>>;
}

/** Where traces go. */
export interface TracesConfig {
  /** Of the collector, with its path. */
  readonly url: string;
  /** Of the traces that begin here, from 0 to 1; a caller's own decision counts for its trace. */
  readonly share: number;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly store:
    | { readonly kind: 'sqlite'; readonly path: string }
    | {
        readonly kind: 'nats';
        /** As `readNatsUrl` reads it. */
        readonly url: Secret;
      }
    | {
        readonly kind: 'postgres';
        /** May name several hosts. */
        readonly url: Secret;
        readonly schema?: string;
        /** Past the pooler. */
        readonly direct?: Secret;
        /** Whether statements are prepared; absent: found out at start. */
        readonly prepared?: boolean;
      };
  readonly autoCreate: 'all' | 'contacts' | 'none';
  /** Nothing was configured: test keys, everything created on first use, emulated gateways. */
  readonly development: boolean;
  /** Development defaults and the page of phones may be reached from elsewhere, because somebody said so. */
  readonly exposed: boolean;
  readonly accessKeys: readonly AccessKeyConfig[];
  readonly bearerKeys: readonly BearerKeyConfig[];
  /** Addresses and networks of proxies that speak TLS with callers. */
  readonly trustedProxies: readonly string[];
  /** Host names accepted while listening on loopback. */
  readonly allowedHosts: readonly string[];
  readonly sources: { readonly sns: readonly SnsTopicConfig[] };
  readonly regions: 'any' | readonly string[];
  readonly account: string;
  readonly instances: readonly string[];
  readonly applications: readonly ApplicationConfig[];
  /** Where the gateways of stored applications are, where not at Apple's and Google's own addresses. */
  readonly gateways: Readonly<Partial<Record<ChannelName, Reached & { readonly port?: 443 | 2197 }>>>;
  /** The keys that credentials in the store are encrypted under. */
  readonly secretKeys?: SecretKeys;
  /** Base URL of an emulator to use instead of one of our own. */
  readonly emulatorUrl?: string;
  /** URL of the HTTP proxy by which real gateways are reached; it may hold a password. */
  readonly proxy?: Secret;
  /** Each access key may call each operation so often. */
  readonly limits: {
    readonly requestsPerSecond: number;
    readonly burst: number;
    /** What one instance may ask of a node, and keep in the store. */
    readonly perInstance: {
      readonly callsPerSecond: number;
      readonly eventsPerSecond: number;
      readonly deliveriesWaiting: number;
      readonly registrations: number;
    };
  };
  readonly registrationsPerContact: number;
  readonly contactLifetimeHours: number;
  /** Whether people may sign in to the console with access keys, where it is not open to all. */
  readonly console: 'off' | 'sign-in';
  /** Where the audit log goes: `stdout` or a path. */
  readonly audit?: string;
  /** Absent: no traces. */
  readonly traces?: TracesConfig;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** The environment variables, as far as they are asked. */
export type Environment = Readonly<Record<string, string | undefined>>;
