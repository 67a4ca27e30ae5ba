// The load: agents that write at a steady rate, whatever the service does, and devices that come and go.
//
// It behaves like a correct backend: an event that was not acknowledged is sent again, under the same id, to another node.
import { setTimeout as wait } from 'node:timers/promises';
import type { ChatpushClient, DeviceType } from '@chatpush/client';
import type { Deletion, LoggedDelivery, ToldEvent } from './history.ts';
import { pickNode } from './nodes.ts';
import type { Node } from './nodes.ts';

export const INSTANCE = 'campaign';
const APPLICATION = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/campaign';
const CONTACTS = 20;
/** One in this many events expires soon after it is sent. */
const EXPIRING_EVERY = 50;
/** The default time to live counts from the event's own time, which can be in the past. */
const TTL_MS = 12 * 3_600_000;
const EXPIRES_IN_MS = 3_000;
const TICK_MS = 10;
/** Concurrent calls, like a backend's workers. Without a limit, retries after an outage used all capacity. */
const MOST_CALLS = 200;
/** The back-off of an SDK, from the first to the second value, so that an outage does not end in a flood of retries. */
const AGAIN_MS = { first: 100, most: 2_000 } as const;

export interface Load {
  readonly events: readonly ToldEvent[];
  readonly deletions: readonly Deletion[];
  /** Registers the permanent devices. */
  prepare(): Promise<void>;
  /** Sends events until `over`, then waits until each is acknowledged. */
  run(over: AbortSignal): Promise<void>;
  /** The delivery log of every contact. */
  readLog(): Promise<LoggedDelivery[]>;
}

export function createLoad(nodes: readonly Node[], perSecond: number, random: () => number): Load {
  const events: ToldEvent[] = [];
  const deletions: Deletion[] = [];
  const contacts = new Map<string, string[]>();
  const deviceOf = new Map<string, string>();

  let calling = 0;
  const line: (() => void)[] = [];

  /** Waits for a free slot, then calls one node after another until one answers. */
  async function ask<T>(call: (client: ChatpushClient) => Promise<T>): Promise<T> {
    if (calling >= MOST_CALLS) await new Promise<void>((resolve) => line.push(resolve));
    else calling++;
    try {
      return await askUntilAnswered(call);
    } finally {
      const next = line.shift();
      if (next) next();
      else calling--;
    }
  }

  async function askUntilAnswered<T>(call: (client: ChatpushClient) => Promise<T>): Promise<T> {
    for (let tried = 0; ; tried++) {
      const node = pickNode(nodes, random);
      if (node?.client) {
        try {
          return await call(node.client);
        } catch {
          // The node was killed during the call, is frozen, or its store is unavailable: send again, which the id makes safe.
          node.avoid();
        }
      }
      await wait(Math.min(AGAIN_MS.most, AGAIN_MS.first * 2 ** Math.min(tried, 10)) * (0.5 + random() / 2));
    }
  }

  async function register(contactId: string, deviceType: DeviceType, deviceToken: string): Promise<string> {
    const { registrationId } = await ask((client) =>
      client.createPushNotificationRegistration({
        instanceId: INSTANCE,
        pinpointAppArn: APPLICATION,
        deviceType,
        deviceToken,
        clientToken: `token of ${deviceToken}`,
        contactConfiguration: { contactId, includeRawMessage: true },
      }),
    );
    contacts.set(contactId, [...(contacts.get(contactId) ?? []), deviceToken]);
    deviceOf.set(registrationId, deviceToken);
    return registrationId;
  }

  async function tell(contactId: string): Promise<void> {
    const number = events.length;
    const expires = number % EXPIRING_EVERY === EXPIRING_EVERY - 1;
    const expiresAt = expires ? Date.now() + EXPIRES_IN_MS : Infinity;
    const event: ToldEvent = {
      id: `event-${number}`,
      contactId,
      devices: [...(contacts.get(contactId) ?? [])],
      expiresAt,
    };
    events.push(event);
    await ask((client) =>
      client.putChatEvents({
        instanceId: INSTANCE,
        events: [
          {
            id: event.id,
            contactId,
            type: 'MESSAGE',
            content: `text of ${event.id}`,
            participantRole: 'AGENT',
            ...(expires && { absoluteTime: new Date(expiresAt - TTL_MS).toISOString() }),
          },
        ],
      }),
    );
    event.acknowledgedAt = Date.now();
  }

  /** A device that is registered, receives messages, and is deleted while messages are still being sent. */
  async function comeAndGo(number: number): Promise<void> {
    const contactId = `passing-${number}`;
    const deviceToken = hexadecimal(`passing-${number}`);
    const registrationId = await register(contactId, 'APNS', deviceToken);
    const gone = new AbortController();
    const writing = (async () => {
      while (!gone.signal.aborted) {
        await tell(contactId);
        await wait(50);
      }
    })();
    await wait(1_000);
    await ask((client) =>
      client
        .deletePushNotificationRegistration({ instanceId: INSTANCE, contactId, registrationId })
        .catch((error: unknown) => {
          // The answer was lost and the retry came after the tombstone expired: the registration is deleted either way.
          if (!(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
        }),
    );
    deletions.push({ deviceToken, answeredAt: Date.now() });
    await wait(2_000);
    gone.abort();
    await writing;
  }

  return {
    events,
    deletions,
    prepare: async () => {
      for (let contact = 0; contact < CONTACTS; contact++) {
        await register(`contact-${contact}`, 'APNS', hexadecimal(`contact-${contact}`));
        await register(`contact-${contact}`, 'GCM', `android-of-contact-${contact}`);
      }
    },
    run: async (over) => {
      const begunAt = Date.now();
      const running = new Set<Promise<void>>();
      const track = (work: Promise<void>): void => {
        running.add(work);
        void work.finally(() => running.delete(work));
      };
      let told = 0;
      let passing = 0;
      for (let now = begunAt; !over.aborted; now = Date.now()) {
        for (; told < ((now - begunAt) / 1000) * perSecond; told++) track(tell(`contact-${told % CONTACTS}`));
        if (passing < (now - begunAt) / 1000) track(comeAndGo(passing++));
        await wait(TICK_MS);
      }
      await Promise.all(running);
    },
    readLog: async () => {
      const all = await Promise.all([...contacts.keys()].map((contactId) => readContact(contactId)));
      return all.flat();
    },
  };

  async function readContact(contactId: string): Promise<LoggedDelivery[]> {
    const rows: LoggedDelivery[] = [];
    let nextToken: string | undefined;
    do {
      const page = await ask((client) =>
        client.listDeliveries({
          instanceId: INSTANCE,
          contactId,
          maxResults: 100,
          ...(nextToken !== undefined && { nextToken }),
        }),
      );
      for (const { deliveryId, messageId, registrationId, attempts } of page.deliveries)
        if (registrationId !== undefined)
          rows.push({
            deliveryId,
            messageId,
            deviceToken: deviceOf.get(registrationId) ?? registrationId,
            attemptsAt: attempts.map(({ at }) => Date.parse(at)),
          });
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    return rows;
  }
}

/** A device token in Apple's format. */
const hexadecimal = (name: string): string => Buffer.from(name.padEnd(32, '.')).toString('hex');
