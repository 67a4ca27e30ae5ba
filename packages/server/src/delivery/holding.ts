// Deliveries on their way into this node's memory: their registrations are read, and those that are alive are held.
// Thousands may come from one claim, so this is done in turns.
import type { Clock } from '../clock.ts';
import type { ChannelFingerprint } from '../contact/suspension.ts';
import type { Turns } from '../fairness/turns.ts';
import type { ContactKey, Delivery, DeliveryHead, Store } from '../store/store.ts';
import { UnreadableContactError } from '../store/stored-contact.ts';
import type { Held } from './lane.ts';
import { readLiveness } from './liveness.ts';
import type { LogReason } from './log-reason.ts';
import type { Outlets } from './outlets.ts';
import { ATTEMPTS_PER_TURN, POLL_MS, UNREADABLE_AGAIN_MS } from './retry.ts';
import { end, pump } from './sending.ts';
import type { SendingContext } from './sending.ts';
import { parseWork } from './work.ts';
import type { Work } from './work.ts';

export interface Holding {
  /** Takes over what was claimed of one lane under the name `node`. */
  receive(lane: string, deliveries: readonly Delivery[], node: string): Promise<void>;
  /** Reads a held delivery's registration again; then the delivery is held again, or settled as withdrawn. */
  recheck(held: Held): void;
  /** Returns deliveries to the store. */
  giveBack(all: readonly Held[], dueInMs: number, reason: LogReason): void;
  /** Resolves when nothing is being read again. */
  done(): Promise<void>;
}

/** Accepted deliveries of an instance take turns with its calls: in a flood one queue held seven calls before them. */
const turnOwner = ({ instanceId }: DeliveryHead): string => `deliveries of ${instanceId}`;

/** How many registrations are read in one call of the store. */
const READ_AT_ONCE = 1_000;

/** Without the text, which would double the memory of a waiting delivery: its parsed form is held. */
const headOf = (delivery: Delivery): DeliveryHead => {
  const { id, day, instanceId, contactId, messageId, registrationId, lane } = delivery;
  return { id, day, instanceId, contactId, messageId, registrationId, lane };
};

const NONE: Held['attempts'] = [];

export const toHeld = (
  delivery: DeliveryHead,
  work: Work,
  node: string,
  sentBefore: number,
  acceptedAt: number,
  freshAt: number,
): Held => ({
  delivery,
  node,
  work,
  acceptedAt,
  freshAt,
  sentBefore,
  attempts: NONE,
  unsentInARow: 0,
});

/** The age of a delivery, counted from its last replay. */
export const ageOf = (clock: Clock, { ageMs }: Delivery, { replayedAt }: Work): number =>
  replayedAt === undefined ? ageMs : Math.max(0, clock.now() - replayedAt);

export function createHolding(options: {
  readonly store: Store;
  readonly clock: Clock;
  readonly outlets: Outlets;
  readonly turns: Turns;
  readonly fingerprintOf: ChannelFingerprint;
  readonly context: () => SendingContext;
  readonly storeFailed: (what: string, error: unknown) => void;
  readonly unreadable: (contact: ContactKey) => void;
}): Holding {
  const { store, clock, outlets, turns, fingerprintOf } = options;

  const giveBack = (all: readonly Held[], dueInMs: number, reason: LogReason): void => {
    for (const held of all) end(options.context(), held, { status: 'queued', dueInMs, reason });
  };

  /** Contacts that could not be read at the last attempt: each is reported only once while that lasts. */
  const unreadable = new Set<string>();

  function report({ delivery: { instanceId, contactId } }: Held, isUnreadable: boolean): void {
    if (!isUnreadable && unreadable.size === 0) return;
    const contact = JSON.stringify([instanceId, contactId]);
    if (!isUnreadable) unreadable.delete(contact);
    else if (!unreadable.has(contact)) {
      unreadable.add(contact);
      options.unreadable({ instanceId, contactId });
    }
  }

  /** Holds deliveries of one lane with live registrations, withdraws the others, and sends. */
  async function hold(lane: string, all: readonly Held[]): Promise<void> {
    const [first] = all;
    if (first === undefined) return;
    const outlet = outlets.known(lane);
    const livenessOf = await readLiveness(store, clock, fingerprintOf, all).catch((error: unknown) => {
      options.storeFailed('read registrations', error);
      return undefined;
    });
    // The registrations are not known to be alive, so nothing is sent. The deliveries are handed back now, because
    // the lease of a live node ends only when a delivery is settled.
    if (livenessOf === undefined) return giveBack(all, POLL_MS, 'store-unavailable');
    let count = 0;
    await turns.repeat(turnOwner(first.delivery), () => {
      const held = all[count++]!;
      const state = livenessOf(held);
      report(held, state instanceof UnreadableContactError);
      if (state === 'active') outlet.hold(held, 'back');
      else if (state instanceof UnreadableContactError)
        giveBack([held], UNREADABLE_AGAIN_MS, 'contact-unreadable');
      else
        end(options.context(), held, {
          status: 'withdrawn',
          reason: state === 'gone' ? 'registration-deleted' : 'registration-suspended',
        });
      const isLast = count === all.length;
      // The first are sent while the others are still being looked at.
      if (isLast || count % ATTEMPTS_PER_TURN === 0) pump(options.context(), outlet);
      return !isLast;
    });
  }

  /** Takes over what was claimed of one lane. */
  async function receive(lane: string, deliveries: readonly Delivery[], node: string): Promise<void> {
    const claimedAt = clock.monotonic();
    const holds: Promise<void>[] = [];
    for (let from = 0; from < deliveries.length; from += READ_AT_ONCE) {
      const alive: Held[] = [];
      const rest = deliveries.slice(from, from + READ_AT_ONCE).values();
      await turns.repeat(turnOwner(deliveries[0]!), () => {
        const { value: delivery, done } = rest.next();
        if (done) return false;
        const work = parseWork(delivery.work);
        const acceptedAt = claimedAt - ageOf(clock, delivery, work);
        const held = toHeld(headOf(delivery), work, node, delivery.sentBefore, acceptedAt, -Infinity);
        if (delivery.expiresInMs <= 0) end(options.context(), held, { status: 'expired' });
        else alive.push(held);
        return true;
      });
      holds.push(hold(lane, alive));
    }
    await Promise.all(holds);
  }

  /** Held deliveries whose registrations must be read again, by lane: one lane does not wait for another. */
  const stale = new Map<string, Held[]>();
  const rechecking = new Set<Promise<void>>();

  async function recheckLane(lane: string): Promise<void> {
    const items = stale.get(lane)!;
    // The others of this pump are coming.
    await Promise.resolve();
    while (items.length > 0)
      await hold(lane, items.splice(0)).catch((error: unknown) =>
        options.storeFailed('read registrations', error),
      );
    stale.delete(lane);
  }

  return {
    receive,
    recheck: (held) => {
      const { lane } = held.delivery;
      const waiting = stale.get(lane);
      if (waiting) return void waiting.push(held);
      stale.set(lane, [held]);
      const running = recheckLane(lane).finally(() => rechecking.delete(running));
      rechecking.add(running);
    },
    giveBack,
    done: async () => void (await Promise.all(rechecking)),
  };
}
