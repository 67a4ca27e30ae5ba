// Turns chat events into durable deliveries: one read of their contacts, then one write per few hundred deliveries.
//
//   events ─► contacts ─► audience ─► targets ─► texts ─► reserve ─► enqueue (durable) ─► hand over ─► results
//                            ▲           └ until a batch is full ┘                           │
//                            └───────────────────────── the events behind it ◄───────────────┘
//
// Ends and aliases are committed separately. Other work gets its turn in between.
//
// When `notify` resolves, every registration that was acknowledged before the call has its delivery on disk.
// Repeating a batch, or an event within one, changes nothing: the ids derive from event and device.
import type { Clock } from '../clock.ts';
import type { NotificationRules } from '../contact/content.ts';
import { endsChat, eventTime, isMessage, withoutPush } from '../contact/events.ts';
import type { ChatEvent } from '../contact/events.ts';
import { end } from '../contact/lifetime.ts';
import type { EventReason } from '../contact/reasons.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { ContactChanges } from '../store/contact-change.ts';
import type { SkippedDelivery, Store } from '../store/store.ts';
import { StoreBusyError } from '../store/store.ts';
import type { ContactKey } from '../store/store.ts';
import { UnreadableContactError } from '../store/stored-contact.ts';
import { createTurns } from '../fairness/turns.ts';
import type { Turns } from '../fairness/turns.ts';
import { audienceOf, readContacts, targetsOf, unreadableOf } from './audience.ts';
import type { Audience, Contacts } from './audience.ts';
import { createBatch } from './batch.ts';
import type { Batch, Plan, ReadyDelivery } from './batch.ts';

/** What notify needs from the dispatcher. */
export interface Intake {
  /** Reserves room to send: at most `wanted` for each lane. */
  reserve(wanted: ReadonlyMap<string, number>): Map<string, number>;
  /**
   * Takes over what enqueue leased to this node, releases the rest of the reservation, and wakes the lanes in
   * `queued`, each with its number of waiting deliveries. `readAt`: monotonic time at which reading the
   * registrations began.
   */
  handOver(
    reserved: ReadonlyMap<string, number>,
    leased: readonly ReadyDelivery[],
    queued: ReadonlyMap<string, number>,
    readAt: number,
    /** The name under which it is leased. */
    node: string,
  ): void;
  /** Enqueue failed: it is unknown whether it leased anything to this name. */
  doubt(node: string): void;
}

export interface EventResult {
  readonly id: string;
  /** Devices that the event goes to, or went to when it was first processed. */
  readonly deliveries: number;
  readonly reason?: EventReason;
}

/**
 * Results in the order of the events. Rejects with the store's error, or with UnreadableContactError if a contact's
 * events could not be accepted (those of the others were); the same batch may then be repeated.
 */
export type Notify = (instanceId: string, events: readonly ChatEvent[]) => Promise<EventResult[]>;

export function createNotify(options: {
  readonly store: Store;
  readonly changes: ContactChanges;
  readonly clock: Clock;
  readonly intake: Intake;
  /** The name under which this node leases work; it changes after a long silence. */
  readonly node: () => string;
  /** The longest time to live of any application; read for every batch. */
  readonly ttlMs: number;
  readonly rules: (applicationArn: string) => Promise<NotificationRules>;
  readonly fingerprintOf: ChannelFingerprint;
  /** Called for each contact that an event has ended. */
  readonly contactEnded?: (contact: ContactKey) => void;
  /** The turns of the whole process. Default: its own. */
  readonly turns?: Turns;
  /** The `traceparent` of the current call. Default: there are no traces. */
  readonly trace?: () => string | undefined;
}): Notify {
  const { store, changes, clock, intake, fingerprintOf, turns = createTurns() } = options;

  /** Returns the places in the batch of what the store knew already. */
  async function enqueue(batch: Batch, readAt: number): Promise<ReadonlySet<number>> {
    const known = new Set<number>();
    if (batch.entries.length === 0) return known;
    const wanted = new Map<string, number>();
    for (const entry of batch.entries)
      if (isDelivery(entry)) wanted.set(entry.lane, (wanted.get(entry.lane) ?? 0) + 1);
    const reserved = intake.reserve(wanted);
    const node = options.node();
    const leased: ReadyDelivery[] = [];
    const queued = new Map<string, number>();
    try {
      const results = await store.enqueue(batch.entries, node, reserved);
      for (let at = 0; at < results.length; at++) {
        const { state } = results[at]!;
        const entry = batch.entries[at]!;
        if (state === 'known') known.add(at);
        else if (!isDelivery(entry)) continue;
        else if (state === 'leased') leased.push(entry);
        else if (state === 'queued') queued.set(entry.lane, (queued.get(entry.lane) ?? 0) + 1);
      }
    } catch (error) {
      // A call refused because the store is busy leased nothing. Treating it as doubtful would stop sending just
      // when there is most to send.
      if (reserved.size > 0 && !(error instanceof StoreBusyError)) intake.doubt(node);
      throw error;
    } finally {
      // Also after a store failure: the room was only promised.
      intake.handOver(reserved, leased, queued, readAt, node);
    }
    return known;
  }

  /**
   * What the events say about the contacts themselves: aliases, and ends, which are applied to `contacts` at once.
   */
  function upkeepOf(instanceId: string, contacts: Contacts, events: readonly ChatEvent[], now: number) {
    const upkeep = new Map<string, () => Promise<unknown>>();
    const { ttlMs } = options;
    for (const event of events) {
      const { contactId } = event;
      // Only an event with a second id can name its contact by a new one.
      if (event.initialContactId === undefined && !endsChat(event)) continue;
      const audience = audienceOf(contacts, event);
      if (audience.aliasWanted)
        upkeep.set(`alias ${contactId}`, () =>
          changes.alias({ instanceId, contactId }, audience.initialContactId),
        );
      if (!endsChat(event)) continue;
      const at = eventTime(event, now, ttlMs);
      for (const { contactId } of endHolders(contacts, audience, at, now))
        upkeep.set(`end ${contactId}`, async () => {
          const key = { instanceId, contactId };
          const { ended } = await changes.change({
            key,
            // A contact that was removed since it was read needs no end.
            rule: (document, now): ReturnType<typeof end> =>
              document ? end(document, at, now) : { result: { ended: 'before' } },
          });
          if (ended === 'now') options.contactEnded?.(key);
        });
    }
    return [...upkeep.values()];
  }

  return async (instanceId, all) => {
    const readAt = clock.monotonic();
    const contacts = await readContacts(store, instanceId, all, turns);
    const now = clock.now();
    const { ttlMs } = options;
    const unreadable = new Map<string, ContactKey>();
    /** Why the event is not pushed, whatever its contact is. */
    const silentFor = (event: ChatEvent): EventReason | undefined =>
      withoutPush(event) ?? (eventTime(event, now, ttlMs) + ttlMs <= now ? 'expired' : undefined);
    const events = all.filter((event) => {
      // Events without an effect can be accepted: a caller that keeps the order of a chat can continue.
      if (silentFor(event) !== undefined && !endsChat(event)) return true;
      const key = unreadableOf(contacts, event);
      if (key) unreadable.set(key.contactId, key);
      return key === undefined;
    });
    const upkeep = upkeepOf(instanceId, contacts, events, now);

    function plan(batch: Batch, event: ChatEvent): EventReason | Plan {
      const time = eventTime(event, now, ttlMs);
      const audience = audienceOf(contacts, event);
      // An end in this call is already applied to `contacts`, so later messages are not pushed.
      const targets = silentFor(event) ?? targetsOf(audience, time, now, fingerprintOf);
      if (typeof targets !== 'string') return batch.plan(event, time, audience.initialContactId, targets);
      if (isMessage(event)) batch.skip(event, time, audience.initialContactId, targets);
      return targets;
    }

    async function write(): Promise<EventResult[]> {
      const results: EventResult[] = [];
      for (let at = 0; at < events.length;) {
        const batch = createBatch(instanceId, now, options.trace?.());
        const planned: { readonly id: string; readonly plan: EventReason | Plan }[] = [];
        await turns.repeat(instanceId, () => {
          const event = events[at++]!;
          planned.push({ id: event.id, plan: plan(batch, event) });
          return at < events.length && !batch.isFull;
        });
        await batch.fillIn(options.rules, turns);
        const known = await enqueue(batch, readAt);
        for (const { id, plan } of planned) results.push(resultOf(id, plan, known));
      }
      return results;
    }

    const written = write();
    // Wait for all of it, even if one part fails: once a call is answered, nothing of it is still running.
    await Promise.allSettled([written, ...upkeep.map((run) => run())]).then(rejectAny);
    // A 2xx for an event that is not on disk would lose it. A refused event is sent again: by SNS alone, in a call
    // together with others that are already known.
    if (unreadable.size > 0)
      throw new UnreadableContactError(
        [...unreadable.values()],
        all.length > 1 ? 'The events of other contacts were accepted. ' : '',
      );
    return written;
  };
}

const isDelivery = (entry: ReadyDelivery | SkippedDelivery): entry is ReadyDelivery => 'lane' in entry;

function rejectAny(results: readonly PromiseSettledResult<unknown>[]): void {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}

function resultOf(id: string, plan: EventReason | Plan, known: ReadonlySet<number>): EventResult {
  if (typeof plan === 'string') return { id, deliveries: 0, reason: plan };
  const { deliveries } = plan;
  if (deliveries.length === 0) return { id, deliveries: 0, reason: 'suspended' };
  const isRepeat = deliveries.every(({ place }) => known.has(place));
  return { id, deliveries: deliveries.length, ...(isRepeat && { reason: 'duplicate' }) };
}

/** Ends the contacts of an audience in the batch's own view and returns those that were open. */
function endHolders(contacts: Contacts, { holders }: Audience, at: number, now: number): Audience['holders'] {
  return holders.filter(({ contactId, document }) => {
    const ended = end(document, at, now);
    if ('refusal' in ended || ended.document === undefined) return false;
    contacts.set(contactId, ended.document);
    return true;
  });
}
