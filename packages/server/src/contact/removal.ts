// How registrations go: deleted by the backend, or dropped because the gateway knows the token dead.
//
// What a gateway says about a token is true of the time before it was said. A device that was registered since may hold the
// very same token, working again, so an answer older than the registration changes nothing: a newer token survives.
import { refuse } from './change.ts';
import type { Change } from './change.ts';
import type { ContactDocument, Registration, Tombstone } from './document.ts';
import { CLOCK_MARGIN_MS, TOMBSTONES } from './settings.ts';

/** Deletes a registration; again within a day: accepted again. Refuses an unknown contact or registration. */
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
  /** Since when the gateway knows the token dead, milliseconds since the epoch; where it does not say: when it was asked. */
  readonly deadSince: number;
}

/** Drops a registration whose token is dead, unless it was made or renewed since, less a margin for clocks. */
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
