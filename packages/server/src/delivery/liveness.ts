// Whether registrations are still alive: read in batches, and trusted for a second.
import type { Clock } from '../clock.ts';
import { registrationIn } from '../contact/document.ts';
import { isSuspended } from '../contact/suspension.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { Store } from '../store/store.ts';
import { UnreadableContactError, storedIn } from '../store/stored-contact.ts';
import type { Held } from './lane.ts';

export interface Checked {
  readonly held: Held;
  /** An error if the contact cannot be read, which must not delay the contacts read with it. */
  readonly state: 'active' | 'suspended' | 'gone' | UnreadableContactError;
}

/** Reads the contacts of these deliveries in one call and marks each as seen at the time the read began. */
export async function checkLiveness(
  store: Store,
  clock: Clock,
  fingerprintOf: ChannelFingerprint,
  items: readonly Held[],
): Promise<Checked[]> {
  const readAt = clock.monotonic();
  const keys = new Map(
    items.map(({ delivery: { instanceId, contactId } }) => [
      JSON.stringify([instanceId, contactId]),
      { instanceId, contactId },
    ]),
  );
  const contacts = await store.contacts([...keys.values()]);
  const read = new Map(
    [...keys.keys()].map((key, index) => {
      const contact = contacts[index];
      return [key, contact && storedIn(contact)];
    }),
  );
  return items.map((held) => {
    const { instanceId, contactId, registrationId } = held.delivery;
    const stored = read.get(JSON.stringify([instanceId, contactId]));
    held.freshAt = readAt;
    if (stored instanceof UnreadableContactError) return { held, state: stored };
    const registration = stored && registrationIn(stored, registrationId);
    if (registration === undefined) return { held, state: 'gone' };
    return { held, state: isSuspended(registration, fingerprintOf) ? 'suspended' : 'active' };
  });
}
