// The public interface of an emulator.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CertifiedKey } from './certificates.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { EmulatorEvent } from './events.ts';
import type { FaultRules } from './fault-rules.ts';
import type { Duplicate } from './ledger.ts';
import type { Installed, Phone } from './phone.ts';
import type { RequestLog } from './request-log.ts';
import type { Strict } from './strictness.ts';

export interface EmulatorOptions {
  /** Address to listen on. Default: 127.0.0.1. */
  host?: string;
  /** Port of phones, faults and the web page. Default of all ports: a free one. */
  port?: number;
  apnsPort?: number;
  apnsSandboxPort?: number;
  fcmPort?: number;
  /** Default: accept any key and any token. */
  strict?: Strict;
  /** The clock of all checks and expiries. Certificates and timeouts use the system's clock. */
  clock?: Clock;
  /** Random numbers for faults with a probability: at least 0, below 1. */
  random?: () => number;
  /** Directory of the built web page, served at /console/. Default: where it was built. */
  consoleFiles?: string;
}

export interface GatewayAddress {
  url: string;
  host: string;
  port: number;
}

export interface ApnsAddress extends GatewayAddress {
  /** A second port, like Apple's 2197 next to 443. */
  alternatePort: number;
}

/** `GET /emulator`: everything that a sender must know. */
export interface Description {
  url: string;
  apns: ApnsAddress;
  apnsSandbox: ApnsAddress;
  fcm: GatewayAddress & { tokenUrl: string };
  /** PEM. */
  ca: string;
  credentials: Credentials;
  strict: { keys: boolean; tokens: boolean; quotas: boolean };
  /** Phones forgotten because there were too many. */
  forgottenPhones: number;
}

export interface Emulator {
  /** Base URL of phones, faults and the web page. */
  readonly url: string;
  readonly apns: ApnsAddress;
  readonly apnsSandbox: ApnsAddress;
  /** `tokenUrl` is what a service account's `token_uri` must be. */
  readonly fcm: GatewayAddress & { tokenUrl: string };
  /** The authority that issued all gateway certificates, PEM. */
  readonly ca: string;
  /** Valid for this emulator, also in strict mode. */
  readonly credentials: Credentials;
  readonly description: Description;
  readonly faults: Pick<FaultRules, 'list' | 'set' | 'add' | 'clear'>;
  readonly requests: Pick<RequestLog, 'containing' | 'find' | 'list' | 'total'>;
  /** The phone with this token, even before it has appeared. */
  phone(deviceToken: string): Phone;
  /** Phones that have appeared. */
  phones(): Phone[];
  /** Installs a phone by name; its gateway and app are checked from then on. */
  install(deviceToken: string, installed: Installed): Phone;
  forgetPhones(): void;
  /** What phones received more than once. */
  duplicates(): Duplicate[];
  /** Refuses an APNs key from now on, as after its revocation in the developer account: pushes answer 403 InvalidProviderToken. */
  revokeKey(keyId: string): void;
  /** A client certificate as Apple issues them, for certificate-based connections. */
  providerCertificate(bundleId: string, environment?: 'production' | 'development'): CertifiedKey;
  subscribe(listener: (event: EmulatorEvent) => void): () => void;
  /**
   * Handles requests for `/emulator…` and `/console…` within another server; returns false for any other path. `isChecked`: that
   * server has authenticated the request, so `Host` and `Origin` are not checked.
   */
  handler(request: IncomingMessage, response: ServerResponse, isChecked?: boolean): boolean;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
