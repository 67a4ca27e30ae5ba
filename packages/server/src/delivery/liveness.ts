// Whether registrations are still alive: read in batches, and trusted for a second.
import type { Clock } from '../clock.ts';
import type { Stored } from '../contact/document.ts';
import { registrationIn } from '../contact/document.ts';
import { isSuspended } from '../contact/suspension.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { Store } from '../store/store.ts';
import { UnreadableContactError, storedIn } from '../store/stored-contact.ts';
import type { Held } from './lane.ts';

/** An error if the contact cannot be read, which must not delay the contacts read with it. */
export type Liveness = 'active' | 'suspended' | 'gone' | UnreadableContactError;

/**
 * Reads the contacts of deliveries of one instance in one call. Returns what tells the state of each of them, and
 * marks it as seen at the time the read began; parsing thousands of contacts at once would block the event loop.
 */
export async function readLiveness(
  store: Store,
  clock: Clock,
  fingerprintOf: ChannelFingerprint,
  items: readonly Held[],
): Promise<(held: Held) => Liveness> {
  const readAt = clock.monotonic();
  const keys = new Map(
    items.map(({ delivery: { instanceId, contactId } }) => [contactId, { instanceId, contactId }]),
  );
  const contacts = await store.contacts([...keys.values()]);
  const unparsed = new Map([...keys.keys()].map((contactId, index) => [contactId, contacts[index]]));
  const parsed = new Map<string, Stored | UnreadableContactError | undefined>();

  function parse(contactId: string): Stored | UnreadableContactError | undefined {
    if (parsed.has(contactId)) return parsed.get(contactId);
    const contact = unparsed.get(contactId);
    const stored = contact && storedIn(contact);
    parsed.set(contactId, stored);
    return stored;
  }

  return (held) => {
    const { contactId, registrationId } = held.delivery;
    const stored = parse(contactId);
    held.freshAt = readAt;
    if (stored instanceof UnreadableContactError) return stored;
    const registration = stored && registrationIn(stored, registrationId);
    if (registration === undefined) return 'gone';
    return isSuspended(registration, fingerprintOf) ? 'suspended' : 'active';
  };
}
