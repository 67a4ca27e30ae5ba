// The contact document: everything known about one contact, and how it is read and written.
//
// Every message reads it and few calls write it, so it is one small JSON text. Every change keeps members that this
// version does not know: each rule spreads the document it was given, and nothing rebuilds one from a list of
// names. So nodes of two versions can share a store.

export type DeviceType = 'APNS' | 'APNS_SANDBOX' | 'GCM';

/** One device token bound to the contact through one application. Times are milliseconds since the epoch. */
export interface Registration {
  readonly registrationId: string;
  /** As it is sent to the gateway; hexadecimal APNs tokens in lower case. */
  readonly deviceToken: string;
  readonly deviceType: DeviceType;
  readonly applicationArn: string;
  readonly includeRawMessage: boolean;
  readonly createdAt: number;
  /**
   * Updated whenever the device is registered again. Anything learnt about the token before then no longer counts.
   */
  readonly registeredAt: number;
  /** `suspended`: a gateway doubted the token. suspension.ts decides whether the suspension still applies. */
  readonly status: 'active' | 'suspended';
  /** The gateway's answer, while suspended. */
  readonly suspendedFor?: string;
  /** Fingerprints of the channels that refused the token, newest first; absent if an older version suspended it. */
  readonly suspendedUnder?: readonly string[];
}

export interface Tombstone {
  readonly registrationId: string;
  readonly deletedAt: number;
}

/**
 * The life of a contact: open until `endsAt` (computed on read, no job needed), then readable until its last
 * notification has expired, then a stub that only records that it existed (`erasedAt`), then deleted.
 */
export interface ContactDocument {
  readonly format: number;
  readonly startedAt: number;
  readonly endsAt: number;
  /** When the service learnt of the end; absent while only the contact's age will end it. */
  readonly endedAt?: number;
  /** When the tokens were erased. */
  readonly erasedAt?: number;
  readonly registrations: readonly Registration[];
  /** Newest first. */
  readonly tombstones: readonly Tombstone[];
}

/** Stored under a contact id that is another id of a chat: the registrations are stored under the initial contact. */
export interface ContactAlias {
  readonly format: number;
  readonly alias: string;
}

export type Stored = ContactDocument | ContactAlias;

export const FORMAT = 1;

export const isAlias = (stored: Stored): stored is ContactAlias => 'alias' in stored;

/** Reads a stored body. Throws if no version of chatpush can have written it. */
export function parseContact(body: string): Stored {
  const value = JSON.parse(body) as Partial<ContactDocument & ContactAlias> | null;
  if (typeof value?.format !== 'number') throw new TypeError('A stored contact without a format version');
  if (typeof value.alias === 'string') return value as ContactAlias;
  if (typeof value.endsAt !== 'number' || !Array.isArray(value.registrations))
    throw new TypeError(`A stored contact of format ${value.format} without its end or its registrations`);
  if (!value.registrations.every(isRegistration))
    throw new TypeError(`A stored contact of format ${value.format} has an invalid registration`);
  return value as ContactDocument;
}

/** The members that messages and lists need, which every version has written; the rest is passed on unchanged. */
function isRegistration(value: unknown): value is Registration {
  const registration = (value ?? {}) as Partial<Registration>;
  const { registrationId, deviceToken, deviceType, applicationArn } = registration;
  return (
    [registrationId, deviceToken, deviceType, applicationArn].every((one) => typeof one === 'string') &&
    typeof registration.includeRawMessage === 'boolean' &&
    typeof registration.createdAt === 'number'
  );
}

/** How many registrations it has. An alias has none. */
export const registrationsOf = (stored: Stored | undefined): number =>
  stored === undefined || isAlias(stored) ? 0 : stored.registrations.length;

export const serialiseContact = (stored: Stored): string => JSON.stringify(stored);

export const hasEnded = (document: ContactDocument, now: number): boolean => now >= document.endsAt;

/** One registration of a contact. A token that has moved to another contact is no longer here. */
export const registrationIn = (stored: Stored, registrationId: string): Registration | undefined =>
  isAlias(stored) ? undefined : stored.registrations.find((one) => one.registrationId === registrationId);
