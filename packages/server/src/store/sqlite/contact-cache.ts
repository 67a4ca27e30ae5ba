// The contacts that were read last, on the calling thread: a call with one message waits for the thread of the database
// only once, for its deliveries. In a flood each wait takes up to two commit groups.
//
// It misses no change, because only this process writes the file, and small calls, such as these reads and each change,
// are answered in the order in which they ran: a read that ran before a change was answered before it, so forgetting the
// contact with the answer of the change is enough. A sweep, which removes contacts, is answered after the small calls of its group.
import { contactKeyText } from '../contact-key.ts';
import type { Contact, ContactKey } from '../store.ts';

export interface ContactCache {
  /** The contacts in the order of the keys; `read` is asked for those that are missing, in one call. */
  contacts(
    keys: readonly ContactKey[],
    read: (keys: readonly ContactKey[]) => Promise<(Contact | undefined)[]>,
  ): Promise<(Contact | undefined)[]>;
  /** Call it when a change of the contact has been answered, whatever the answer is, before anyone learns of it. */
  forget(key: ContactKey): void;
}

/** Size of the bodies that are kept, in UTF-16 units: about 9,000 contacts with one device each. */
const MAX_UNITS = 8_000_000;
/** The approximate memory of an entry besides its body. */
const ENTRY_UNITS = 300;

interface Entry {
  readonly contact: Promise<Contact | undefined>;
  /** Zero until it has been read. */
  units: number;
}

export function createContactCache(maxUnits = MAX_UNITS): ContactCache {
  /** Least recently used first. */
  const entries = new Map<string, Entry>();
  let units = 0;

  function remove(name: string): void {
    units -= entries.get(name)?.units ?? 0;
    entries.delete(name);
  }

  /** Unless it was forgotten meanwhile. */
  function measure(name: string, entry: Entry, contact: Contact | undefined): void {
    if (entries.get(name) !== entry) return;
    entry.units = ENTRY_UNITS + (contact?.body.length ?? 0);
    units += entry.units;
    for (const oldest of entries.keys()) {
      if (units <= maxUnits) return;
      remove(oldest);
    }
  }

  function add(name: string, contact: Promise<Contact | undefined>): Entry {
    const entry: Entry = { contact, units: 0 };
    entries.set(name, entry);
    contact.then(
      (found) => measure(name, entry, found),
      () => entries.get(name) === entry && remove(name),
    );
    return entry;
  }

  return {
    contacts(keys, read) {
      const names = keys.map(contactKeyText);
      const missing = keys.filter((_, at) => !entries.has(names[at]!));
      const answer = missing.length === 0 ? undefined : read(missing);
      const found = names.map((name, at) => {
        const entry = entries.get(name);
        if (entry === undefined) {
          const position = missing.indexOf(keys[at]!);
          return add(
            name,
            answer!.then((list) => list[position]),
          ).contact;
        }
        // To the end: it was used last.
        entries.delete(name);
        entries.set(name, entry);
        return entry.contact;
      });
      return Promise.all(found);
    },
    forget: (key) => remove(contactKeyText(key)),
  };
}
