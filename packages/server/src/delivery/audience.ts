// Whom a chat event reaches: the contacts it speaks of, read together, and their registrations.
//
// A contact that cannot be read holds up its own events alone.
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

/** Aliases that are followed one after another; more come only from a circle. */
const MAX_ALIASES = 4;

/** The contacts of one batch of events as they were read, changed in place where an event of the batch ends one. */
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
    for (const [index, contactId] of ids.entries()) {
      const contact = read[index];
      const stored = contact && (await turns.run(instanceId, () => storedIn(contact)));
      contacts.set(contactId, stored);
      if (stored && !(stored instanceof UnreadableContactError) && isAlias(stored)) missing.add(stored.alias);
    }
    for (const id of missing) if (contacts.has(id)) missing.delete(id);
  }
  return contacts;
}

/** Of the contacts that an event is for, the first that cannot be read: nobody can say then whom the event reaches. */
export function unreadableOf(contacts: Contacts, event: ChatEvent): ContactKey | undefined {
  const initial = follow(contacts, event.initialContactId ?? event.contactId);
  for (const id of [event.contactId, initial]) {
    const stored = contacts.get(id);
    if (stored instanceof UnreadableContactError) return stored.contacts[0];
  }
  return undefined;
}

/** A contact that holds registrations an event is for. */
interface Holder {
  readonly contactId: string;
  readonly document: ContactDocument;
}

export interface Audience {
  /** The initial contact as far as it is known. */
  readonly initialContactId: string;
  readonly holders: readonly Holder[];
  /** The event names its contact by a second id that is new to us. */
  readonly aliasWanted: boolean;
}

export function audienceOf(contacts: Contacts, event: ChatEvent): Audience {
  const initialContactId = follow(contacts, event.initialContactId ?? event.contactId);
  const initial = documentAt(contacts, initialContactId);
  const holders: Holder[] = initial ? [{ contactId: initialContactId, document: initial }] : [];
  if (event.contactId === initialContactId) return { initialContactId, holders, aliasWanted: false };
  // Somebody may have registered on the later id before any event told us of the initial one.
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

/** What cannot be read is looked for by `unreadableOf`, before anything else is asked. */
function storedAt(contacts: Contacts, contactId: string): Stored | undefined {
  const stored = contacts.get(contactId);
  return stored instanceof UnreadableContactError ? undefined : stored;
}

export interface Target {
  /** The contact that holds the registration. */
  readonly contactId: string;
  readonly registration: Registration;
  readonly device: string;
  /** Nothing is sent to it: its channel, as it is now, refused the token. */
  readonly suspended: boolean;
}

/** The registrations an event is for, each device once, or why there are no devices. Includes suspended ones. */
export function targetsOf(
  audience: Audience,
  eventTime: number,
  now: number,
  fingerprintOf: ChannelFingerprint,
): readonly Target[] | EventReason {
  const { holders } = audience;
  if (holders.length === 0) return 'contact-unknown';
  const targets = new Map<string, Target>();
  let open = false;
  for (const { contactId, document } of holders) {
    if (!pushes(document, eventTime, now)) continue;
    open = true;
    for (const registration of document.registrations) {
      const device = deviceKey(registration);
      const before = targets.get(device);
      if (before === undefined || before.suspended)
        targets.set(device, {
          contactId,
          registration,
          device,
          suspended: isSuspended(registration, fingerprintOf),
        });
    }
  }
  if (!open) return 'contact-ended';
  return targets.size === 0 ? 'no-registration' : [...targets.values()];
}
