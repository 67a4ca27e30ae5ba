// Ids derived from what they identify, so that every node, every source and every repeat uses the same.
//
// A delivery is one event for one device. Its id is the store's key, the `apns-id` and the APNs collapse id, hence
// a UUID; RFC 9562 reserves version 8 for ids with a custom rule. The registration is not part of it: a device that
// was deleted and registered again has still seen the message. Nor is the initial contact as the event names it:
// some sources send it and others do not, while the contact that holds the registration is the same for all.
import { hash } from 'node:crypto';

function derivedUuid(kind: string, parts: readonly string[]): string {
  // Each part is preceded by its length, so that no two lists of parts give the same text.
  let text = kind;
  for (const part of parts) text += `\n${part.length}:${part}`;
  const hex = hash('sha256', text, 'hex');
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
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
