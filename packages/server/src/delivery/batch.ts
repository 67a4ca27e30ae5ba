// The result of some chat events, collected for one write: deliveries, and log rows for those that never start.
import type { NotificationRules } from '../contact/content.ts';
import type { ChatEvent } from '../contact/events.ts';
import { readEvent, toNotification } from '../contact/events.ts';
import type { EventReason } from '../contact/reasons.ts';
import { MOST_UNITS } from '../contact/text.ts';
import { dayOf } from '../store/days.ts';
import type { NewDelivery, SkippedDelivery } from '../store/store.ts';
import type { Turns } from '../fairness/turns.ts';
import type { Target } from './audience.ts';
import { deliveryId, skippedId } from './identity.ts';
import { laneOf, serialiseWork } from './work.ts';
import type { Work } from './work.ts';

/** A delivery together with its work in the form that the sender needs, so that it is not parsed again. */
export interface ReadyDelivery extends NewDelivery {
  readonly ready: Work;
}

/** The deliveries of one event. */
export interface Plan {
  /** `first`: no earlier event in this batch had the same delivery. */
  readonly deliveries: readonly { readonly id: string; readonly first: boolean }[];
}

/**
 * A batch of this size is written before more is planned. This limits the memory per call, and how long others wait
 * for the store.
 */
const FULL = { rows: 500, units: 500_000 } as const;

export interface Batch {
  /** Complete after `fillIn`; each id once. */
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
  readonly rows: { readonly target: Target; readonly row: Omit<NewDelivery, 'work' | 'expiresInMs'> }[];
}

/** `trace`: the `traceparent` of the call. */
export function createBatch(instanceId: string, now: number, trace?: string): Batch {
  const entries: (ReadyDelivery | SkippedDelivery)[] = [];
  const started: Started[] = [];
  const ids = new Set<string>();
  /** Size of the texts that devices get, before they are read. */
  let units = 0;
  const days = new Map<number, string>();

  /** False: this batch already has it. */
  const isFirst = (id: string): boolean => !ids.has(id) && Boolean(ids.add(id));

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
    const id = skippedId(instanceId, initialContactId, event.id, held?.registrationId ?? '');
    if (!isFirst(id)) return;
    entries.push({
      id,
      day: dayAt(time),
      instanceId,
      contactId: initialContactId,
      messageId: event.id,
      reason,
      ...held,
    });
  }

  function fillInOne(
    { event, initialContactId, time, rows }: Started,
    known: ReadonlyMap<string, NotificationRules>,
  ): void {
    const isRead = rows.some(({ target }) => target.registration.includeRawMessage);
    const readable = isRead ? readEvent(event) : undefined;
    for (const { target, row } of rows) {
      const { registrationId, deviceToken, deviceType, applicationArn, includeRawMessage } =
        target.registration;
      const rules = known.get(applicationArn)!;
      const shown = includeRawMessage ? readable : undefined;
      const expiresAt = time + rules.ttlMs;
      const ready: Work = {
        deviceToken,
        deviceType,
        applicationArn,
        registrationId,
        ...toNotification(event, initialContactId, shown, rules),
        expiresAt,
        trace,
      };
      entries.push({ ...row, expiresInMs: expiresAt - now, work: serialiseWork(ready), ready });
    }
  }

  return {
    entries,
    get isFull() {
      return ids.size >= FULL.rows || units >= FULL.units;
    },
    plan: (event, time, initialContactId, targets) => {
      const deliveries: { id: string; first: boolean }[] = [];
      const rows: Started['rows'] = [];
      for (const target of targets) {
        const { contactId, registration } = target;
        const { registrationId, applicationArn, deviceType } = registration;
        if (target.suspended) {
          skipOne(event, time, initialContactId, 'suspended', { contactId, registrationId });
          continue;
        }
        const id = deliveryId(instanceId, contactId, event.id, target.device);
        const first = isFirst(id);
        deliveries.push({ id, first });
        if (!first) continue;
        const row = {
          id,
          day: dayAt(time),
          instanceId,
          contactId,
          messageId: event.id,
          registrationId,
          lane: laneOf({ instanceId, applicationArn, deviceType }),
        };
        rows.push({ target, row });
      }
      if (rows.length > 0) started.push({ event, initialContactId, time, rows });
      units += rows.length * Math.min(event.content?.length ?? 0, MOST_UNITS);
      return { deliveries };
    },
    skip: skipOne,
    fillIn: async (rules, turns) => {
      const known = new Map<string, NotificationRules>();
      const arns = new Set(
        started.flatMap(({ rows }) => rows.map(({ target }) => target.registration.applicationArn)),
      );
      await Promise.all([...arns].map(async (arn) => known.set(arn, await rules(arn))));
      const unfilled = started.splice(0).values();
      await turns.repeat(instanceId, () => {
        const { value, done } = unfilled.next();
        if (done) return false;
        fillInOne(value, known);
        return true;
      });
    },
  };
}
