// A contact as the store returned it, parsed. One that is damaged, or was changed by hand, is refused with its key:
// nothing is guessed, and no message for it is acknowledged.
import { parseContact } from '../contact/document.ts';
import type { Stored } from '../contact/document.ts';
import { ServiceError } from '../service-error.ts';
import type { Contact, ContactKey } from './store.ts';

/** How many contacts the sentence names; `contacts` has all. */
const NAMED = 5;

/**
 * A 5xx, which callers and SNS repeat, because the contact may be repaired by then. The message does not quote the
 * body, because it holds device tokens and parsers quote what they could not read.
 */
export class UnreadableContactError extends ServiceError {
  readonly contacts: readonly ContactKey[];

  constructor(contacts: readonly ContactKey[], more = '') {
    const ids = contacts.slice(0, NAMED).map(({ contactId }) => contactId);
    const others = contacts.length > NAMED ? ` and ${contacts.length - NAMED} others` : '';
    super(
      'InternalServiceException',
      `The stored contact ${ids.join(', ')}${others} cannot be read. ${more}Its operator must repair or remove it in the store; then repeat the call.`,
    );
    this.contacts = contacts.map(({ instanceId, contactId }) => ({ instanceId, contactId }));
  }
}

/** The document, or the error as a value, for callers that read several contacts and continue with the others. */
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
