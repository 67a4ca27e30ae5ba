// A registration id tells which contact it belongs to, so a registration is found by its id without an index of ids.
// An id is a UUID of version 8 (RFC 9562, section 5.8): 96 bits are a hash of the contact id, the locator, and 26 bits
// tell the registrations of one contact apart. Stores find contacts by their locator: SQLite and PostgreSQL by a small
// index that gets one entry for each new contact, JetStream by its subject.
import { hash } from 'node:crypto';

/** How many registration ids a contact can have. */
export const REGISTRATION_NUMBERS = 2 ** 26;

/** 24 hexadecimal digits. */
export const locatorOf = (contactId: string): string =>
  // With a billion contacts, the probability that two share a locator is below 10⁻¹¹.
  hash('sha256', `${contactId.length}:${contactId}`, 'hex').slice(0, 24);

/** The first 52 bits of a locator, which fit an integer in JavaScript and in PostgreSQL. */
export const locatorKey = (locator: string): number => Number.parseInt(locator.slice(0, 13), 16);

/** The ids that a registration of the contact can have, starting with this number. */
export function* registrationIdsOf(contactId: string, from: number): Generator<string> {
  for (let number = from; ; number += 1) yield registrationIdOf(contactId, number % REGISTRATION_NUMBERS);
}

function registrationIdOf(contactId: string, number: number): string {
  const at = locatorOf(contactId);
  const variant = (0x8 | (number >>> 24)).toString(16);
  const end = (number & 0xffffff).toString(16).padStart(6, '0');
  return `${at.slice(0, 8)}-${at.slice(8, 12)}-8${at.slice(12, 15)}-${variant}${at.slice(15, 18)}-${at.slice(18)}${end}`;
}

const FORM = /^([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-[89ab]([0-9a-f]{3})-([0-9a-f]{6})[0-9a-f]{6}$/;

/** The locator of the contact that the registration was created for; undefined: this is not a registration id. */
export const locatorIn = (registrationId: string): string | undefined =>
  FORM.exec(registrationId)?.slice(1).join('');
