// What the process runs by: everything a person can set, after it was read and checked.

export interface AccessKeyConfig {
  readonly id: string;
  readonly secret: string;
  readonly instances: 'all' | readonly string[];
}

export type ChannelName = 'APNS' | 'APNS_SANDBOX' | 'GCM';

/** Real or emulated is a choice per channel, never a guess. */
export type ChannelConfig =
  | { readonly gateway: 'emulated' }
  | {
      readonly gateway: 'apns';
      readonly keyId: string;
      readonly teamId: string;
      readonly privateKey: string;
      readonly topic: string;
    }
  | { readonly gateway: 'fcm'; readonly serviceAccount: ServiceAccount };

export interface ServiceAccount {
  readonly project_id: string;
  readonly client_email: string;
  readonly private_key: string;
  readonly private_key_id?: string;
  readonly token_uri: string;
}

export interface ApplicationConfig {
  readonly arn: string;
  /** What the phone shows instead of a message that must not be shown. */
  readonly genericText?: string;
  readonly channels: Readonly<Partial<Record<ChannelName, ChannelConfig>>>;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly store:
    | { readonly kind: 'sqlite'; readonly path: string }
    | { readonly kind: 'postgres'; readonly url: string };
  readonly autoCreate: 'all' | 'contacts' | 'none';
  /** Nothing was configured: test keys, everything created on first use, emulated gateways, loopback only. */
  readonly development: boolean;
  readonly accessKeys: readonly AccessKeyConfig[];
  readonly regions: 'any' | readonly string[];
  readonly account: string;
  readonly instances: readonly string[];
  readonly applications: readonly ApplicationConfig[];
  /** Base URL of an emulator to use instead of one of our own. */
  readonly emulatorUrl?: string;
  /** Each access key may call each operation so often. */
  readonly limits: { readonly requestsPerSecond: number; readonly burst: number };
  readonly registrationsPerContact: number;
  readonly contactLifetimeHours: number;
}

/** The environment variables, as far as they are asked. */
export type Environment = Readonly<Record<string, string | undefined>>;
