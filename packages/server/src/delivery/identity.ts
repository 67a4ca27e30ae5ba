// Ids derived from what they identify, so that every node, every source and every repeat uses the same.
//
// A delivery is one event for one device. Its id is the store's key, the `apns-id` and the APNs collapse id, hence
// a UUID; RFC 9562 reserves version 8 for ids with a custom rule. The registration is not part of it: a device that
// was deleted and registered again has still seen the message. Nor is the initial contact as the event names it:
// some sources send it and others do not, while the contact that holds the registration is the same for all.
import { hash } from 'node:crypto';

/** Where the two digits of each byte go. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];
const DIGITS = Buffer.from('0123456789abcdef');
const uuid = Buffer.alloc(36, '-');

function derivedUuid(kind: string, parts: readonly string[]): string {
  // Each part is preceded by its length, so that no two lists of parts give the same text.
  let text = kind;
  for (const part of parts) text += `\n${part.length}:${part}`;
  const bytes = hash('sha256', text, 'latin1');
  // Digit by digit: an id put together from slices of a text took twice the time, and left a dozen strings behind.
  for (let index = 0; index < PLACES.length; index++) {
    let byte = bytes.charCodeAt(index);
    if (index === 6) byte = 0x80 | (byte & 0x0f); // the version
    if (index === 8) byte = 0x80 | (byte & 0x3f); // the variant
    const place = PLACES[index]!;
    uuid[place] = DIGITS[byte >> 4]!;
    uuid[place + 1] = DIGITS[byte & 0x0f]!;
  }
  return uuid.toString('latin1');
}

export const deliveryId = (
  instanceId: string,
  /** The contact that holds the registration. */
  contactId: string,
  eventId: string,
  /** `deviceKey` of the registration. */
  device: string,
): string => derivedUuid('delivery', [instanceId, contactId, eventId, device]);

/**
 * The id of the log row of a delivery that never started; `registrationId` is empty if it is about no particular
 * registration.
 */
export const skippedId = (
  instanceId: string,
  initialContactId: string,
  eventId: string,
  registrationId: string,
): string => derivedUuid('skipped', [instanceId, initialContactId, eventId, registrationId]);
