// How a contact begins, ends, and is forgotten.
//
//   start, first registration ──► open ──(endsAt)──► ended ──(last notification expired)──► stub ──(7 days)──► gone
//
// `endsAt` moves away with each registration and moves here with StopContact, a `chat.ended` event or the last participant's
// disconnect. Nothing happens at that moment; later reads see that it has passed.
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

/** Begins a contact. Its id is fresh, so one that is there already is this very call come twice: it is left alone. */
export const start = (
  document: ContactDocument | undefined,
  now: number,
  settings: ContactSettings,
): Change<{ readonly startedAt: number }> =>
  document === undefined
    ? { document: openedContact(now, settings), result: { startedAt: now } }
    : { result: { startedAt: document.startedAt } };

/**
 * Ends a contact. `at` is the end's own time, which may lie behind when SNS was slow; an end in the future counts from now.
 * Ending twice is harmless and the first end stays. Refuses an unknown contact.
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

/** Whether an event with this own time still pushes: while the contact is open, and for a while what was said before its end. */
export function pushes(document: ContactDocument, eventTime: number, now: number): boolean {
  if (!hasEnded(document, now)) return true;
  const learntAt = Math.max(document.endsAt, document.endedAt ?? 0);
  return eventTime <= document.endsAt + GRACE.clocksMs && now < learntAt + GRACE.arrivalMs;
}

/** When nothing of the contact can be on its way any more, and its tokens have no use. */
const silentAt = (document: ContactDocument, settings: ContactSettings): number =>
  Math.max(document.endsAt, document.endedAt ?? 0) + GRACE.arrivalMs + settings.ttlMs;

/**
 * Housekeeping's look at a contact that is due: erases its tokens if it is over, otherwise writes it as it is, which puts it off
 * to the time that today's settings say.
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

/** When housekeeping should look again, and when the whole may go, in milliseconds from now. */
export function retention(
  stored: Stored,
  now: number,
  settings: ContactSettings,
): { readonly reviewInMs?: number; readonly keepForMs?: number } {
  // An alias that is needed for longer comes back with the next event that carries both ids.
  if (isAlias(stored)) return { keepForMs: settings.lifetimeMs + STUB_MS };
  if (stored.erasedAt !== undefined) return { keepForMs: STUB_MS };
  return { reviewInMs: Math.max(0, silentAt(stored, settings) - now) };
}
