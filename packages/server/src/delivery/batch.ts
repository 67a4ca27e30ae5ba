// The result of some chat events, collected for one write: deliveries, and log rows for those that never start.
import type { NotificationRules } from '../contact/content.ts';
import type { DeviceType, Registration } from '../contact/document.ts';
import type { ChatEvent } from '../contact/events.ts';
import { readEvent, toNotification } from '../contact/events.ts';
import type { EventReason } from '../contact/reasons.ts';
import { MOST_UNITS } from '../contact/text.ts';
import { dayOf } from '../store/days.ts';
import type { DeliveryHead, NewDelivery, SkippedDelivery } from '../store/store.ts';
import type { Turns } from '../fairness/turns.ts';
import type { Target } from './audience.ts';
import { deliveryId, skippedId } from './identity.ts';
import { laneOf, serialiseWork } from './work.ts';
import type { Work } from './work.ts';

/** A delivery together with what the sender needs of it, so that it is not parsed again, and its text need not be kept. */
export interface ReadyDelivery extends NewDelivery {
  readonly head: DeliveryHead;
  readonly ready: Work;
}

interface PlannedDelivery {
  readonly id: string;
  readonly target: Target;
  readonly channel: Channel;
  /** Its place in `entries`, once it is filled in. */
  place: number;
}

/** The deliveries of one event. */
export interface Plan {
  readonly deliveries: readonly PlannedDelivery[];
}

/**
 * A batch of this size is written before more is planned. This limits the memory per call, and how long others wait
 * for the store.
 */
const FULL = { rows: 500, units: 500_000 } as const;

export interface Batch {
  /** Complete after `fillIn`. An event that occurs twice has its entries twice: the store uses the first. */
  readonly entries: readonly (ReadyDelivery | SkippedDelivery)[];
  readonly isFull: boolean;
  plan(event: ChatEvent, time: number, initialContactId: string, targets: readonly Target[]): Plan;
  /** Records for the log why an event is not pushed. */
  skip(event: ChatEvent, time: number, initialContactId: string, reason: EventReason): void;
  /**
   * Asks once per application for its texts and time to live, and reads each event once, in turns of the instance.
   */
  fillIn(rules: (applicationArn: string) => Promise<NotificationRules>, turns: Turns): Promise<void>;
}

/** An event whose notification still has to be built. */
interface Started {
  readonly event: ChatEvent;
  readonly initialContactId: string;
  readonly time: number;
  readonly deliveries: readonly PlannedDelivery[];
}

/** `trace`: the `traceparent` of the call. */
export function createBatch(instanceId: string, now: number, trace?: string): Batch {
  const entries: (ReadyDelivery | SkippedDelivery)[] = [];
  const started: Started[] = [];
  const channels = createChannels(instanceId);
  let planned = 0;
  /** Size of the texts that devices get, before they are read. */
  let units = 0;
  const days = new Map<number, string>();

  function dayAt(time: number): string {
    const number = Math.floor(time / 86_400_000);
    const known = days.get(number);
    if (known !== undefined) return known;
    const day = dayOf(time);
    days.set(number, day);
    return day;
  }

  function skipOne(
    event: ChatEvent,
    time: number,
    initialContactId: string,
    reason: EventReason,
    held?: { readonly contactId: string; readonly registrationId: string },
  ): void {
    planned++;
    entries.push({
      id: skippedId(instanceId, initialContactId, event.id, held?.registrationId ?? ''),
      day: dayAt(time),
      instanceId,
      contactId: initialContactId,
      messageId: event.id,
      reason,
      ...held,
    });
  }

  function fillInOne(
    { event, initialContactId, time, deliveries }: Started,
    known: ReadonlyMap<string, NotificationRules>,
  ): void {
    const isRead = deliveries.some(({ target }) => target.registration.includeRawMessage);
    const readable = isRead ? readEvent(event) : undefined;
    for (const delivery of deliveries) {
      const { id, target, channel } = delivery;
      const { registrationId, deviceToken, includeRawMessage } = target.registration;
      const rules = known.get(channel.applicationArn)!;
      const shown = includeRawMessage ? readable : undefined;
      const expiresAt = time + rules.ttlMs;
      const { title, body, data } = toNotification(event, initialContactId, shown, rules);
      const ready: Work = { deviceToken, title, body, data, expiresAt, trace };
      const head: DeliveryHead = {
        id,
        day: dayAt(time),
        instanceId,
        contactId: target.contactId,
        messageId: event.id,
        registrationId,
        lane: channel.lane,
      };
      delivery.place = entries.length;
      entries.push({ ...head, expiresInMs: expiresAt - now, work: serialiseWork(ready), head, ready });
    }
  }

  return {
    entries,
    get isFull() {
      return planned >= FULL.rows || units >= FULL.units;
    },
    plan: (event, time, initialContactId, targets) => {
      for (const { contactId, registration, suspended } of targets) {
        const { registrationId } = registration;
        if (suspended) skipOne(event, time, initialContactId, 'suspended', { contactId, registrationId });
      }
      const awake = targets.filter(({ suspended }) => !suspended);
      const deliveries = awake.map((target): PlannedDelivery => {
        const id = deliveryId(instanceId, target.contactId, event.id, target.device);
        return { id, target, channel: channels.of(target.registration), place: -1 };
      });
      planned += deliveries.length;
      if (deliveries.length > 0) started.push({ event, initialContactId, time, deliveries });
      units += deliveries.length * Math.min(event.content?.length ?? 0, MOST_UNITS);
      return { deliveries };
    },
    skip: skipOne,
    fillIn: async (rules, turns) => {
      const arns = new Set(channels.all().map(({ applicationArn }) => applicationArn));
      const known = new Map<string, NotificationRules>();
      await Promise.all([...arns].map(async (arn) => known.set(arn, await rules(arn))));
      const unfilled = started.splice(0);
      let at = 0;
      await turns.repeat(instanceId, () => {
        if (at === unfilled.length) return false;
        fillInOne(unfilled[at++]!, known);
        return true;
      });
    },
  };
}

/** What the deliveries of one application and device type have in common. */
interface Channel {
  readonly applicationArn: string;
  readonly deviceType: DeviceType;
  readonly lane: string;
}

/** Each channel once, so that its deliveries share its strings. */
function createChannels(instanceId: string) {
  const byLane = new Map<string, Channel>();
  let last: Channel | undefined;
  return {
    all: () => [...byLane.values()],
    of({ applicationArn, deviceType }: Registration): Channel {
      // Nearly always that of the delivery before. Comparing texts costs less than looking one up.
      if (last?.applicationArn === applicationArn && last.deviceType === deviceType) return last;
      const lane = laneOf({ instanceId, applicationArn, deviceType });
      last = byLane.get(lane);
      if (last === undefined) byLane.set(lane, (last = { applicationArn, deviceType, lane }));
      return last;
    },
  };
}
