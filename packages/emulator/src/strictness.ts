// What the emulator requires of senders. By default it accepts any key and any token; it enforces only what is configured here.
import { createPublicKey, type KeyObject } from 'node:crypto';
import type { Credentials } from './credentials.ts';

/** An APNs key, as registered in an Apple developer account. */
export interface ApnsKey {
  keyId: string;
  teamId: string;
  /** PEM of the public or the private key, P-256. */
  key: string;
  /** Bundle ids it may send to. Default: all of the team's. */
  topics?: readonly string[];
  /** Default: both. */
  environments?: readonly ('production' | 'development')[];
}

/** A Google service account that may send. */
export interface FcmAccount {
  clientEmail: string;
  projectId: string;
  /** PEM of the public or the private key, RSA. */
  key: string;
}

export interface Strict {
  /** True: only the emulator's own credentials are accepted. Lists: these as well. Absent or false: any key is accepted. */
  keys?: boolean | { apns?: readonly ApnsKey[]; fcm?: readonly FcmAccount[] };
  /** Only phones installed by name exist; any other token is invalid. */
  tokens?: boolean;
  /** Enforce Google's published rates per device and project. */
  quotas?: boolean;
}

export interface RegisteredApnsKey extends Omit<ApnsKey, 'key'> {
  key: KeyObject;
}

export interface RegisteredFcmAccount extends Omit<FcmAccount, 'key'> {
  key: KeyObject;
}

/** The accepted keys, by key id and by e-mail; undefined if any key is accepted. */
export interface Registered {
  apns?: ReadonlyMap<string, RegisteredApnsKey>;
  fcm?: ReadonlyMap<string, RegisteredFcmAccount>;
}

export function registeredKeys(keys: Strict['keys'], own: Credentials): Registered {
  if (keys === undefined || keys === false) return {};
  const lists = keys === true ? {} : keys;
  const apns: ApnsKey[] = [
    { keyId: own.apns.keyId, teamId: own.apns.teamId, key: own.apns.privateKey },
    ...(lists.apns ?? []),
  ];
  const fcm: FcmAccount[] = [
    { clientEmail: own.fcm.client_email, projectId: own.fcm.project_id, key: own.fcm.private_key },
    ...(lists.fcm ?? []),
  ];
  return {
    apns: new Map(apns.map((one) => [one.keyId, { ...one, key: createPublicKey(one.key) }])),
    fcm: new Map(fcm.map((one) => [one.clientEmail, { ...one, key: createPublicKey(one.key) }])),
  };
}
