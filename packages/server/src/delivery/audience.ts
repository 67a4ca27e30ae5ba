// Who receives a chat event: the contacts it names, read together, and their registrations.
//
// A contact that cannot be read delays only its own events.
import { deviceKey } from '../contact/device.ts';
import { isAlias } from '../contact/document.ts';
import type { ContactDocument, Registration, Stored } from '../contact/document.ts';
import type { ChatEvent } from '../contact/events.ts';
import { pushes } from '../contact/lifetime.ts';
import type { EventReason } from '../contact/reasons.ts';
import { isSuspended } from '../contact/suspension.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { ContactKey, Store } from '../store/store.ts';
import { UnreadableContactError, storedIn } from '../store/stored-contact.ts';
import type { Turns } from '../fairness/turns.ts';

/** How many aliases are followed in a row; a longer chain can only be a cycle. */
const MAX_ALIASES = 4;

/**
 * The contacts of one batch of events as they were read; an event of the batch that ends a contact changes it in
 * place.
 */
export type Contacts = Map<string, Stored | UnreadableContactError | undefined>;

export async function readContacts(
  store: Store,
  instanceId: string,
  events: readonly ChatEvent[],
  turns: Turns,
): Promise<Contacts> {
  const contacts: Contacts = new Map();
  let missing = new Set<string>();
  for (const { contactId, initialContactId } of events) {
    missing.add(contactId);
    if (initialContactId !== undefined) missing.add(initialContactId);
  }
  for (let followed = 0; missing.size > 0 && followed <= MAX_ALIASES; followed++) {
    const ids = [...missing];
    const read = await store.contacts(ids.map((contactId) => ({ instanceId, contactId })));
    missing = new Set();
    let index = 0;
    await turns.repeat(instanceId, () => {
      const contact = read[index];
      const stored = contact && storedIn(contact);
      contacts.set(ids[index]!, stored);
      if (stored && !(stored instanceof UnreadableContactError) && isAlias(stored)) missing.add(stored.alias);
      return ++index < ids.length;
    });
    for (const id of missing) if (contacts.has(id)) missing.delete(id);
  }
  return contacts;
}

/** The first contact of an event that cannot be read: without it nobody can say who receives the event. */
export function unreadableOf(contacts: Contacts, event: ChatEvent): ContactKey | undefined {
  const initial = follow(contacts, event.initialContactId ?? event.contactId);
  for (const id of [event.contactId, initial]) {
    const stored = contacts.get(id);
    if (stored instanceof UnreadableContactError) return stored.contacts[0];
  }
  return undefined;
}

/** A contact with registrations that receive an event. */
interface Holder {
  readonly contactId: string;
  readonly document: ContactDocument;
}

export interface Audience {
  /** The initial contact, as far as it is known. */
  readonly initialContactId: string;
  readonly holders: readonly Holder[];
  /** The event names its contact by a second id that is new here. */
  readonly aliasWanted: boolean;
}

export function audienceOf(contacts: Contacts, event: ChatEvent): Audience {
  const initialContactId = follow(contacts, event.initialContactId ?? event.contactId);
  const initial = documentAt(contacts, initialContactId);
  const holders: Holder[] = initial ? [{ contactId: initialContactId, document: initial }] : [];
  if (event.contactId === initialContactId) return { initialContactId, holders, aliasWanted: false };
  // A device may have been registered under the later id before any event mentioned the initial one.
  const own = documentAt(contacts, event.contactId);
  if (own) holders.push({ contactId: event.contactId, document: own });
  const aliasWanted = contacts.get(event.contactId) === undefined;
  return { initialContactId, holders, aliasWanted };
}

function follow(contacts: Contacts, contactId: string): string {
  let at = contactId;
  for (let followed = 0; followed <= MAX_ALIASES; followed++) {
    const stored = storedAt(contacts, at);
    if (stored === undefined || !isAlias(stored)) return at;
    at = stored.alias;
  }
  return contactId;
}

function documentAt(contacts: Contacts, contactId: string): ContactDocument | undefined {
  const stored = storedAt(contacts, contactId);
  return stored === undefined || isAlias(stored) ? undefined : stored;
}

/** `unreadableOf` checks for unreadable contacts before anything else is asked. */
function storedAt(contacts: Contacts, contactId: string): Stored | undefined {
  const stored = contacts.get(contactId);
  return stored instanceof UnreadableContactError ? undefined : stored;
}

export interface Target {
  /** The contact that holds the registration. */
  readonly contactId: string;
  readonly registration: Registration;
  readonly device: string;
  /** Nothing is sent to it: its current channel refused the token. */
  readonly suspended: boolean;
}

/** The registrations that receive an event, each device once, or why there are none. Includes suspended ones. */
export function targetsOf(
  audience: Audience,
  eventTime: number,
  now: number,
  fingerprintOf: ChannelFingerprint,
): readonly Target[] | EventReason {
  const { holders } = audience;
  if (holders.length === 0) return 'contact-unknown';
  // A contact has few devices, mostly one: a map would cost 1 µs for each event, to hash its key.
  let targets: readonly Target[] = [];
  let open = false;
  for (const { contactId, document } of holders) {
    if (!pushes(document, eventTime, now)) continue;
    open = true;
    for (const registration of document.registrations) {
      const device = deviceKey(registration);
      const at = targets.findIndex((target) => target.device === device);
      if (at >= 0 && !targets[at]!.suspended) continue;
      const suspended = isSuspended(registration, fingerprintOf);
      const target = { contactId, registration, device, suspended };
      targets = at < 0 ? targets.concat(target) : targets.with(at, target);
    }
  }
  if (!open) return 'contact-ended';
  return targets.length === 0 ? 'no-registration' : targets;
}
