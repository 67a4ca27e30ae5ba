// How registrations are removed: by the backend, or because the gateway knows that the token is dead.
//
// A gateway's answer about a token is true for the time before it was given. The device may have been registered
// since with the same token, which works again, so an answer older than the registration changes nothing.
import { refuse } from './change.ts';
import type { Change } from './change.ts';
import type { ContactDocument, Registration, Tombstone } from './document.ts';
import { CLOCK_MARGIN_MS, TOMBSTONES } from './settings.ts';

/** Deletes a registration. A repeat within a day is accepted again. Refuses an unknown contact or registration. */
export function remove(
  document: ContactDocument | undefined,
  registrationId: string,
  now: number,
): Change<{ readonly removed: 'now' | 'before' }> {
  if (document === undefined) return refuse('ResourceNotFoundException', 'The contact does not exist.');
  if (find(document, registrationId))
    return { document: without(document, registrationId, now), result: { removed: 'now' } };
  const buried = document.tombstones.some(
    (tombstone) => tombstone.registrationId === registrationId && isKept(tombstone, now),
  );
  return buried
    ? { result: { removed: 'before' } }
    : refuse('ResourceNotFoundException', 'The contact has no such registration.');
}

export interface DeadToken {
  readonly registrationId: string;
  /**
   * When the gateway learnt that the token is dead, milliseconds since the epoch; if it does not say, when it was
   * asked.
   */
  readonly deadSince: number;
}

/**
 * Removes a registration whose token is dead, unless it was created or renewed since, allowing for clock
 * differences.
 */
export function removeDead(
  document: ContactDocument | undefined,
  { registrationId, deadSince }: DeadToken,
  now: number,
  marginMs: number = CLOCK_MARGIN_MS,
): Change<{ readonly removed: boolean }> {
  const registration = document && find(document, registrationId);
  if (
    document === undefined ||
    registration === undefined ||
    registration.registeredAt > deadSince - marginMs
  )
    return { result: { removed: false } };
  return { document: without(document, registrationId, now), result: { removed: true } };
}

const find = (document: ContactDocument, registrationId: string): Registration | undefined =>
  document.registrations.find((registration) => registration.registrationId === registrationId);

const isKept = (tombstone: Tombstone, now: number): boolean => now - tombstone.deletedAt < TOMBSTONES.keptMs;

const without = (document: ContactDocument, registrationId: string, now: number): ContactDocument => ({
  ...document,
  registrations: document.registrations.filter((other) => other.registrationId !== registrationId),
  tombstones: [
    { registrationId, deletedAt: now },
    ...document.tombstones.filter((tombstone) => isKept(tombstone, now)),
  ].slice(0, TOMBSTONES.kept),
});
