// After a transfer one chat goes by several contact ids. The first event that carries two of them leaves an alias, so that
// calls and events with any of the ids find the registrations, which live on the initial contact.
import type { Change } from './change.ts';
import { FORMAT } from './document.ts';
import type { Stored } from './document.ts';

/**
 * Makes a contact id another name for `initialContactId`, if the place is free. It is not when somebody registered on the
 * later id before any event told us of the initial one: those registrations were promised, so they stay where they are and
 * notify looks at both.
 */
export const nameAlias = (
  stored: Stored | undefined,
  initialContactId: string,
): Change<{ readonly named: boolean }, Stored> =>
  stored === undefined
    ? { document: { format: FORMAT, alias: initialContactId }, result: { named: true } }
    : { result: { named: false } };
