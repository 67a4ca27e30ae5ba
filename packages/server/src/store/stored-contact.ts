// A contact as the store gave it, read. What is damaged, or was changed by hand, is refused with its key: nothing of it is
// guessed, and nobody is told that a message for it was taken.
import { parseContact } from '../contact/document.ts';
import type { Stored } from '../contact/document.ts';
import { ServiceError } from '../service-error.ts';
import type { Contact, ContactKey } from './store.ts';

/** How many contacts the sentence names; `contacts` has them all. */
const NAMED = 5;

/**
 * A 5xx, which callers and SNS repeat, because the contact may be repaired by then. Of the body it says nothing: that holds tokens
 * of devices, and a parser quotes what it could not read.
 */
export class UnreadableContactError extends ServiceError {
  readonly contacts: readonly ContactKey[];

  constructor(contacts: readonly ContactKey[], more = '') {
    const ids = contacts.slice(0, NAMED).map(({ contactId }) => contactId);
    const others = contacts.length > NAMED ? ` and ${contacts.length - NAMED} others` : '';
    super(
      'InternalServiceException',
      `What is stored of contact ${ids.join(', ')}${others} cannot be read. ${more}Its operator must restore or remove it in the store; repeat the call then.`,
    );
    this.contacts = contacts.map(({ instanceId, contactId }) => ({ instanceId, contactId }));
  }
}

/** The document, or the error as a value, for those who read several contacts and go on with the others. */
export function storedIn(contact: Contact): Stored | UnreadableContactError {
  try {
    return parseContact(contact.body);
  } catch {
    return new UnreadableContactError([contact]);
  }
}

/** Throws UnreadableContactError. */
export function readContact(contact: Contact): Stored {
  const stored = storedIn(contact);
  if (stored instanceof UnreadableContactError) throw stored;
  return stored;
}
