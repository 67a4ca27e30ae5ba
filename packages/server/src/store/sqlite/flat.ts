// Bulk data that crosses between the threads, as flat lists of values. Copying a delivery as an object, whose keys
// are copied with it, costs both threads together 1.9 µs, as nine values of a list 0.6; a settlement 2.5 and 0.3
// (with `node:v8`).
import { packAttempts, readAttempts } from '../attempts.ts';
import type { Claim, Contact, ContactChange, ContactKey, Delivery, Enqueued, Settlement } from '../store.ts';

/** Rows one after another, each with as many values as its kind has. */
export type Flat = (string | number | null)[];

/**
 * A delivery to enqueue. One that never starts has a reason instead of work, and `NEVER_STARTS` as its lane. Of day, instance and
 * lane only what differs from the entry before is sent: copying the same three texts for each took 0.6 µs.
 */
export type PackedEntry = [
  id: string,
  day: string | null,
  instanceId: string | null,
  contactId: string,
  messageId: string,
  registrationId: string | null,
  lane: string | null,
  expiresInMs: number,
  workOrReason: string,
];
export const ENTRY_WIDTH = 9;
export const NEVER_STARTS = '';

export function packEntries(batch: readonly Enqueued[]): Flat {
  const flat: Flat = [];
  const before = { day: '', instanceId: '', lane: '' };
  for (const entry of batch) {
    const { id, day, instanceId, contactId, messageId, registrationId = null } = entry;
    const isDelivery = 'lane' in entry;
    const lane = isDelivery ? entry.lane : NEVER_STARTS;
    flat.push(id, ifOther(day, before.day), ifOther(instanceId, before.instanceId));
    flat.push(contactId, messageId, registrationId, ifOther(lane, before.lane));
    if (isDelivery) flat.push(Math.round(entry.expiresInMs), entry.work);
    else flat.push(0, entry.reason);
    before.day = day;
    before.instanceId = instanceId;
    before.lane = lane;
  }
  return flat;
}

const ifOther = (text: string, before: string): string | null => (text === before ? null : text);

/** A settlement, with its attempts in the form of the column, and their number. */
export type PackedSettlement = [
  id: string,
  status: Settlement['to']['status'],
  reason: string | null,
  dueInMs: number | null,
  attempts: string | null,
  attemptCount: number,
  keep: string | null,
];
export const SETTLEMENT_WIDTH = 7;

export function packSettlements(batch: readonly Settlement[]): Flat {
  const flat: Flat = [];
  for (const { id, attempts, to } of batch) {
    const [dueInMs, keep] = to.status === 'queued' ? [Math.round(to.dueInMs), null] : [null, to.keep ?? null];
    flat.push(id, to.status, to.reason ?? null, dueInMs, packAttempts(attempts), attempts.length, keep);
  }
  return flat;
}

export function unpackSettlement(packed: PackedSettlement): Settlement {
  const [id, status, reason, dueInMs, kept, , keep] = packed;
  const why = reason === null ? {} : { reason };
  const to =
    status === 'queued'
      ? { status, dueInMs: dueInMs ?? 0, ...why }
      : { status, ...why, ...(keep !== null && { keep }) };
  return { id, day: '', attempts: readAttempts(kept), to };
}

/** Of a claimed delivery, in the order of the members below. */
const DELIVERY_WIDTH = 11;

export function unpackDeliveries(flat: Flat): Delivery[] {
  const deliveries: Delivery[] = [];
  for (let at = 0; at < flat.length; at += DELIVERY_WIDTH)
    deliveries.push({
      id: flat[at] as string,
      day: flat[at + 1] as string,
      instanceId: flat[at + 2] as string,
      contactId: flat[at + 3] as string,
      messageId: flat[at + 4] as string,
      registrationId: flat[at + 5] as string,
      lane: flat[at + 6] as string,
      expiresInMs: flat[at + 7] as number,
      work: flat[at + 8] as string,
      ageMs: flat[at + 9] as number,
      sentBefore: flat[at + 10] as number,
    });
  return deliveries;
}

/** A changed contact. */
export type PackedChange = [
  instanceId: string,
  contactId: string,
  version: number,
  body: string,
  reviewInMs: number | null,
  keepForMs: number | null,
  registrationsGained: number,
];

export const packChange = (change: ContactChange): PackedChange => {
  const { reviewInMs = null, keepForMs = null, registrationsGained = 0 } = change;
  const { instanceId, contactId, version, body } = change;
  return [instanceId, contactId, version, body, reviewInMs, keepForMs, registrationsGained];
};

export type PackedClaim = [
  instanceId: string,
  operation: string,
  token: string,
  fingerprint: string,
  answer: string,
];

export const packClaim = ({ instanceId, operation, token, fingerprint, answer }: Claim): PackedClaim => [
  instanceId,
  operation,
  token,
  fingerprint,
  answer,
];

export const packKeys = (keys: readonly ContactKey[]): string[] =>
  keys.flatMap(({ instanceId, contactId }) => [instanceId, contactId]);

export const unpackKeys = (flat: readonly string[]): ContactKey[] =>
  Array.from({ length: flat.length / 2 }, (_, index) => ({
    instanceId: flat[2 * index]!,
    contactId: flat[2 * index + 1]!,
  }));

/** Version and body of each key's contact, nulls if nothing is stored. */
export const unpackContacts = (keys: readonly ContactKey[], flat: Flat): (Contact | undefined)[] =>
  keys.map(({ instanceId, contactId }, index) => {
    const version = flat[2 * index] as number | null;
    return version === null
      ? undefined
      : { instanceId, contactId, version, body: flat[2 * index + 1] as string };
  });
