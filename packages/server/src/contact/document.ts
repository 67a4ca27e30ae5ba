// The contact document: all that is known about one contact, and how it reads and is written.
//
// It is read by every message and written by few calls, so it is one small JSON text. Members that this version does not
// know are kept through every change: each rule spreads what it was given, and nothing here rebuilds a document from a list
// of names. That lets nodes of two versions share a store.

export type DeviceType = 'APNS' | 'APNS_SANDBOX' | 'GCM';

/** One device token bound to the contact through one application. Times are milliseconds since the epoch. */
export interface Registration {
  readonly registrationId: string;
  /** As it goes to the gateway; hexadecimal APNs tokens in lower case. */
  readonly deviceToken: string;
  readonly deviceType: DeviceType;
  readonly applicationArn: string;
  readonly includeRawMessage: boolean;
  readonly createdAt: number;
  /** Moves whenever the device is registered again; what was learnt of the token before then counts no more. */
  readonly registeredAt: number;
  /** `suspended`: a gateway doubted the token. Whether it still counts is the rule of suspension.ts. */
  readonly status: 'active' | 'suspended';
  /** The gateway's words, while suspended. */
  readonly suspendedFor?: string;
  /** Fingerprints of the channels that refused the token, newest first; none where an older version suspended it. */
  readonly suspendedUnder?: readonly string[];
}

export interface Tombstone {
  readonly registrationId: string;
  readonly deletedAt: number;
}

/**
 * The life of a contact: open until `endsAt` (computed, nobody has to notice), then readable until its last notification has
 * expired, then a stub that only says that it has been (`erasedAt`), then gone.
 */
export interface ContactDocument {
  readonly format: number;
  readonly startedAt: number;
  readonly endsAt: number;
  /** When the end was learnt; absent while only its age will end the contact. */
  readonly endedAt?: number;
  /** When the tokens were erased. */
  readonly erasedAt?: number;
  readonly registrations: readonly Registration[];
  /** Newest first. */
  readonly tombstones: readonly Tombstone[];
}

/** Stands where a contact id is another name for a chat: registrations live on the initial contact. */
export interface ContactAlias {
  readonly format: number;
  readonly alias: string;
}

export type Stored = ContactDocument | ContactAlias;

export const FORMAT = 1;

export const isAlias = (stored: Stored): stored is ContactAlias => 'alias' in stored;

/** Reads a body as stored. Throws on what no version of ours wrote. */
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

/** What messages and lists need of it, which every version has written; the rest is only ever passed on. */
function isRegistration(value: unknown): value is Registration {
  const registration = (value ?? {}) as Partial<Registration>;
  const { registrationId, deviceToken, deviceType, applicationArn } = registration;
  return (
    [registrationId, deviceToken, deviceType, applicationArn].every((one) => typeof one === 'string') &&
    typeof registration.includeRawMessage === 'boolean' &&
    typeof registration.createdAt === 'number'
  );
}

export const serialiseContact = (stored: Stored): string => JSON.stringify(stored);

export const hasEnded = (document: ContactDocument, now: number): boolean => now >= document.endsAt;

/** One registration of a contact. A token that moved to another contact is not here any more. */
export const registrationIn = (stored: Stored, registrationId: string): Registration | undefined =>
  isAlias(stored) ? undefined : stored.registrations.find((one) => one.registrationId === registrationId);
