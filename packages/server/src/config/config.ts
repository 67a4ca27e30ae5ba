// The process's configuration: everything a person can set, read and checked.
import type { SecretKeys } from '../secrets/secret-keys.ts';
import type { Secret } from './secret.ts';

export interface AccessKeyConfig {
  readonly id: string;
  readonly secret: Secret;
  /** Calls must carry it; absent: they must have none. `any`: they may carry any or none, in development. */
  readonly sessionToken?: Secret | 'any';
  readonly instances: 'all' | readonly string[];
  /** Names of wire's actions, or prefixes ending in `*`. Default: see `permissionsOf`. */
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

/** A topic that Amazon Connect streams to, and the instances whose messages it may carry. */
export interface SnsTopicConfig {
  readonly topicArn: string;
  readonly instances: readonly string[];
  /** Base URL of a LocalStack or moto that replaces Amazon SNS, in development. */
  readonly endpoint?: string;
  readonly signatures?: 'checked' | 'ignored';
}

export type ChannelName = 'APNS' | 'APNS_SANDBOX' | 'GCM';

export const CHANNEL_NAMES: readonly ChannelName[] = ['APNS', 'APNS_SANDBOX', 'GCM'];

/** The log levels, from everything to nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** How the real gateway of a channel is reached. */
export interface Reached {
  /** Base URL of a server used instead of the gateway. */
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
        readonly validFrom: number;
        readonly expiresAt: number;
      };
  readonly port: 443 | 2197;
}

export interface FcmChannelConfig extends Reached {
  readonly gateway: 'fcm';
  /** The contents of the service account's file. */
  readonly serviceAccount: Secret;
}

/** Whether a channel is real or emulated is configured, never guessed. */
export type ChannelConfig =
  | { readonly gateway: 'emulated' }
  | ApnsChannelConfig
  | FcmChannelConfig
  /** Stored, but not usable: its pushes wait until the operator has fixed what `why` describes. */
  | { readonly gateway: 'unavailable'; readonly why: string };

export interface ApplicationConfig {
  readonly arn: string;
  /** What the phone shows instead of a message that must not be shown. */
  readonly genericText: string;
  /** What the phone shows for an attachment, with `{name}` for its file name. */
  readonly attachmentText: string;
  /** `{displayName}` is replaced by the author's display name. */
  readonly title?: string;
  readonly sound?: string;
  readonly category?: string;
  /** `{contactId}` is replaced by the initial contact id. */
  readonly threadId?: string;
  readonly androidChannelId?: string;
  readonly fcmMessage: 'data' | 'notification';
  readonly priority: 'high' | 'normal';
  readonly ttlMinutes: number;
  readonly channels: Readonly<Partial<Record<ChannelName, ChannelConfig>>>;
}

/** Where traces go. */
export interface TracesConfig {
  /** Of the collector, including the path. */
  readonly url: string;
  /** Share of the traces started here that is recorded, from 0 to 1; a caller decides for its own trace. */
  readonly share: number;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly store:
    | { readonly kind: 'sqlite'; readonly path: string }
    | {
        readonly kind: 'nats';
        /** In the form that `readNatsUrl` reads. */
        readonly url: Secret;
      }
    | {
        readonly kind: 'postgres';
        /** May name several hosts. */
        readonly url: Secret;
        readonly schema?: string;
        /** Bypasses the pooler. */
        readonly direct?: Secret;
        /** Whether statements are prepared; absent: detected at start. */
        readonly prepared?: boolean;
      };
  readonly autoCreate: 'all' | 'contacts' | 'none';
  /** Nothing was configured: test keys, everything created on first use, emulated gateways. */
  readonly development: boolean;
  /** Development defaults and the phone page may be reached from other machines, because the settings say so. */
  readonly exposed: boolean;
  readonly accessKeys: readonly AccessKeyConfig[];
  readonly bearerKeys: readonly BearerKeyConfig[];
  /** Addresses and networks of proxies that terminate TLS. */
  readonly trustedProxies: readonly string[];
  /** Host names accepted while listening on loopback. */
  readonly allowedHosts: readonly string[];
  readonly sources: { readonly sns: readonly SnsTopicConfig[] };
  readonly regions: 'any' | readonly string[];
  readonly account: string;
  readonly instances: readonly string[];
  readonly applications: readonly ApplicationConfig[];
  /** Where the gateways of stored applications are, if not at Apple's and Google's own addresses. */
  readonly gateways: Readonly<Partial<Record<ChannelName, Reached & { readonly port?: 443 | 2197 }>>>;
  /** The keys that credentials in the store are encrypted under. */
  readonly secretKeys?: SecretKeys;
  /** Base URL of an emulator to use instead of our own. */
  readonly emulatorUrl?: string;
  /** URL of the HTTP proxy for real gateways; it may contain a password. */
  readonly proxy?: Secret;
  /** How often each access key may call each operation. */
  readonly limits: {
    readonly requestsPerSecond: number;
    readonly burst: number;
    /** How much one instance may use of a node, and keep in the store. */
    readonly perInstance: {
      readonly callsPerSecond: number;
      readonly eventsPerSecond: number;
      readonly deliveriesWaiting: number;
      readonly registrations: number;
    };
  };
  readonly registrationsPerContact: number;
  readonly contactLifetimeHours: number;
  /** Whether people may sign in to the console with access keys, unless it is open to all. */
  readonly console: 'off' | 'sign-in';
  /** Where the audit log goes: `stdout` or a path. */
  readonly audit?: string;
  /** Absent: no traces. */
  readonly traces?: TracesConfig;
  readonly logLevel: (typeof LOG_LEVELS)[number];
}

/** The environment variables that are read. */
export type Environment = Readonly<Record<string, string | undefined>>;
