// After a transfer, one chat has several contact ids. The first event that carries two of them creates an alias, so
// that calls and events with either id find the registrations, which are stored under the initial contact.
import type { Change } from './change.ts';
import { FORMAT } from './document.ts';
import type { Stored } from './document.ts';

/**
 * Makes a contact id an alias of `initialContactId`, unless it already has registrations of its own: a device may
 * have been registered under the later id before any event mentioned the initial one. Those registrations stay
 * where they are, and notify looks at both.
 */
export const nameAlias = (
  stored: Stored | undefined,
  initialContactId: string,
): Change<{ readonly named: boolean }, Stored> =>
  stored === undefined
    ? { document: { format: FORMAT, alias: initialContactId }, result: { named: true } }
    : { result: { named: false } };
