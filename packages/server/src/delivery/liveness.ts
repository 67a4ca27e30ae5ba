// Whether registrations are still alive: read in batches, and believed for a second.
import type { Clock } from '../clock.ts';
import { parseContact, registrationIn } from '../contact/document.ts';
import { isSuspended } from '../contact/suspension.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { Store } from '../store/store.ts';
import type { Held } from './lane.ts';

export interface Checked {
  readonly held: Held;
  readonly state: 'active' | 'suspended' | 'gone';
}

/** Reads the contacts of these deliveries in one call and marks each as seen at the time the reading began. */
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
  const bodies = new Map([...keys.keys()].map((key, index) => [key, contacts[index]?.body]));
  return items.map((held) => {
    const { instanceId, contactId, registrationId } = held.delivery;
    const body = bodies.get(JSON.stringify([instanceId, contactId]));
    const registration = body === undefined ? undefined : registrationIn(parseContact(body), registrationId);
    held.freshAt = readAt;
    if (registration === undefined) return { held, state: 'gone' };
    return { held, state: isSuspended(registration, fingerprintOf) ? 'suspended' : 'active' };
  });
}
