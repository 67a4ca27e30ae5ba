// How a contact begins, ends, and is forgotten.
//
//   start, first registration ──► open ──(endsAt)──► ended ──(last notification expired)──► stub ──(7 days)──► gone
//
// Each registration moves `endsAt` further out; StopContact, a `chat.ended` event or the last participant's
// disconnect sets it to now. Nothing runs at that moment; later reads see that it has passed.
import { refuse } from './change.ts';
import type { Change } from './change.ts';
import { FORMAT, hasEnded, isAlias } from './document.ts';
import type { ContactDocument, Stored } from './document.ts';
import { GRACE, STUB_MS } from './settings.ts';
import type { ContactSettings } from './settings.ts';

export const openedContact = (now: number, settings: ContactSettings): ContactDocument => ({
  format: FORMAT,
  startedAt: now,
  endsAt: now + settings.lifetimeMs,
  registrations: [],
  tombstones: [],
});

/**
 * Begins a contact. Its id is fresh, so a contact that already exists means that this call is a repeat; it is left
 * unchanged.
 */
export const start = (
  document: ContactDocument | undefined,
  now: number,
  settings: ContactSettings,
): Change<{ readonly startedAt: number }> =>
  document === undefined
    ? { document: openedContact(now, settings), result: { startedAt: now } }
    : { result: { startedAt: document.startedAt } };

/**
 * Ends a contact. `at` is the end's own time, which may be in the past if SNS was slow; an end in the future counts
 * as now. Ending a contact twice is harmless: the first end stays. Refuses an unknown contact.
 */
export function end(
  document: ContactDocument | undefined,
  at: number,
  now: number,
): Change<{ readonly ended: 'now' | 'before' }> {
  if (document === undefined) return refuse('ResourceNotFoundException', 'The contact does not exist.');
  if (hasEnded(document, now)) return { result: { ended: 'before' } };
  return { document: { ...document, endsAt: Math.min(at, now), endedAt: now }, result: { ended: 'now' } };
}

/**
 * Whether an event with this time is still pushed: yes while the contact is open, and for a short while afterwards
 * if the event is older than the end.
 */
export function pushes(document: ContactDocument, eventTime: number, now: number): boolean {
  if (!hasEnded(document, now)) return true;
  const learntAt = Math.max(document.endsAt, document.endedAt ?? 0);
  return eventTime <= document.endsAt + GRACE.clocksMs && now < learntAt + GRACE.arrivalMs;
}

/** When no push of the contact can still be under way, so that its tokens are no longer needed. */
const silentAt = (document: ContactDocument, settings: ContactSettings): number =>
  Math.max(document.endsAt, document.endedAt ?? 0) + GRACE.arrivalMs + settings.ttlMs;

/**
 * Housekeeping's review of a contact that is due. If the contact is over, its tokens are erased; otherwise it is
 * written unchanged, which moves its next review to the time that the current settings require.
 */
export function review(
  document: ContactDocument | undefined,
  now: number,
  settings: ContactSettings,
): Change<{ readonly erased: boolean }> {
  if (document === undefined || document.erasedAt !== undefined) return { result: { erased: false } };
  if (now < silentAt(document, settings)) return { document, result: { erased: false } };
  return {
    document: { ...document, erasedAt: now, registrations: [], tombstones: [] },
    result: { erased: true },
  };
}

/** When housekeeping should look again, and when the whole document may be deleted, in milliseconds from now. */
export function retention(
  stored: Stored,
  now: number,
  settings: ContactSettings,
): { readonly reviewInMs?: number; readonly keepForMs?: number } {
  // If an alias is needed for longer, the next event that carries both ids creates it again.
  if (isAlias(stored)) return { keepForMs: settings.lifetimeMs + STUB_MS };
  if (stored.erasedAt !== undefined) return { keepForMs: STUB_MS };
  return { reviewInMs: Math.max(0, silentAt(stored, settings) - now) };
}
