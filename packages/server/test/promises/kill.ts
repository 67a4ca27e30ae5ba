// The kill test: the service is killed ten times at random moments under load, and nothing that it acknowledged is lost.
//
// The emulator runs in a process of its own and lives on; the backend behaves as one should: what was not acknowledged is
// told again under the same id. Moments are drawn from a fixed seed; what happens at them is the machine's.
import assert from 'node:assert/strict';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { end, start } from './process.ts';
import type { Process } from './process.ts';
import { APPLICATION, INSTANCE, iphone } from './system.ts';

const KILLS = 10;
const CONTACTS = 10;
const WRITERS = 8;
/** Each kill waits for so many acknowledged events, so that a slow machine's ten kills fall upon load too. */
const EVENTS_BETWEEN_KILLS = 15;

/** A small generator with a seed (mulberry32), so that a run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface KillReport {
  readonly acknowledged: number;
  readonly lost: number;
  /** Accepted requests beyond the first of each (event, device), by gateway: what the phone has to merge. */
  readonly duplicates: { readonly apns: number; readonly fcm: number };
}

/** `store` as CHATPUSH_STORE has it. */
export async function surviveKills(store: string, seed = 20_261_122): Promise<KillReport> {
  const random = seeded(seed);
  const emulator = await start(['emulator', '--port', '0'], {});
  const startService = (): Promise<Process> =>
    start([], {
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: store,
      CHATPUSH_EMULATOR_URL: emulator.url,
      CHATPUSH_LOG: 'silent',
    });
  let service = await startService();
  const clientOf = ({ url }: Process): ChatpushClient =>
    createClient({
      region: 'eu-central-1',
      endpoint: url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      maxAttempts: 1,
      attemptTimeoutMs: 5_000,
    });
  let client = clientOf(service);
  const over = new AbortController();
  try {
    // One answer in fifty is lost after the gateway took the push, which is what makes duplicates.
    await fetch(new URL('/emulator/faults', emulator.url), {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify([{ gateway: 'apns', fault: 'answer-lost', by: 'stream', probability: 0.02 }]),
    });
    for (let contact = 0; contact < CONTACTS; contact++)
      for (const [deviceType, deviceToken] of devicesOf(contact))
        await client.createPushNotificationRegistration({
          instanceId: INSTANCE,
          pinpointAppArn: APPLICATION,
          deviceType,
          deviceToken,
          contactConfiguration: { contactId: `contact-${contact}`, includeRawMessage: true },
        });

    const acknowledged: string[] = [];
    let next = 0;
    const write = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const id = next++;
        for (let done = false; !done;) {
          try {
            const { results } = await client.putChatEvents({
              instanceId: INSTANCE,
              events: [
                {
                  id: `event-${id}`,
                  contactId: `contact-${id % CONTACTS}`,
                  type: 'MESSAGE',
                  content: `text ${id}`,
                  participantRole: 'AGENT',
                },
              ],
            });
            assert.equal(results[0]!.deliveries, 2);
            acknowledged.push(`event-${id}`);
            done = true;
          } catch (error) {
            if (error instanceof assert.AssertionError) throw error;
            // The service was killed under the call, or is starting: told again under the same id.
            await new Promise((resolve) => setTimeout(resolve, 20));
          }
        }
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    };
    const written = Promise.all(Array.from({ length: WRITERS }, write));
    const load = async (): Promise<void> => {
      const enough = acknowledged.length + EVENTS_BETWEEN_KILLS;
      await new Promise((resolve) => setTimeout(resolve, 100 + random() * 500));
      while (acknowledged.length < enough && !over.signal.aborted)
        await new Promise((resolve) => setTimeout(resolve, 10));
    };

    for (let kill = 0; kill < KILLS; kill++) {
      // The writers end before it only by a failure, which is then the test's.
      await Promise.race([load(), written]);
      await end(service, 'SIGKILL');
      service = await startService();
      client = clientOf(service);
    }
    over.abort();
    await written;
    return await count(emulator.url, client, acknowledged);
  } finally {
    over.abort();
    await end(service, 'SIGTERM');
    await end(emulator, 'SIGTERM');
  }
}

const devicesOf = (contact: number): ['APNS' | 'GCM', string][] => [
  ['APNS', iphone(`phone-${contact}`)],
  ['GCM', `android-${contact}`],
];

interface PhoneView {
  readonly notifications: { readonly headers: Record<string, string>; readonly payload: object }[];
}

/** Waits until every delivery has ended, then looks at the phones. */
async function count(
  emulatorUrl: string,
  client: ChatpushClient,
  acknowledged: readonly string[],
): Promise<KillReport> {
  const logged = new Map<string, Set<string>>();
  for (let contact = 0; contact < CONTACTS; contact++)
    for (const { messageId, deliveryId } of await endedDeliveries(client, `contact-${contact}`)) {
      const ids = logged.get(messageId) ?? new Set();
      logged.set(messageId, ids.add(deliveryId));
    }
  for (const event of acknowledged)
    assert.equal(logged.get(event)?.size, 2, `${event} has one delivery id for each of its two devices`);

  const duplicates = { apns: 0, fcm: 0 };
  const arrived = new Map<string, number>();
  for (let contact = 0; contact < CONTACTS; contact++)
    for (const [deviceType, token] of devicesOf(contact)) {
      const url = new URL(`/emulator/phones/${encodeURIComponent(token)}`, emulatorUrl);
      const { notifications } = (await (await fetch(url)).json()) as PhoneView;
      const identities = new Map<string, Set<string>>();
      for (const { headers, payload } of notifications) {
        const messageId = messageOf(payload);
        const before = identities.get(messageId);
        if (before) duplicates[deviceType === 'APNS' ? 'apns' : 'fcm']++;
        identities.set(messageId, (before ?? new Set()).add(headers['apns-id'] ?? ''));
      }
      for (const [messageId, ids] of identities) {
        assert.equal(ids.size, 1, `${messageId} reached ${token} under one identity`);
        arrived.set(messageId, (arrived.get(messageId) ?? 0) + 1);
      }
    }
  const lost = acknowledged.filter((event) => arrived.get(event) !== 2).length;
  return { acknowledged: acknowledged.length, lost, duplicates };
}

/** APNs has the keys beside `aps`, FCM within `message.data`. */
function messageOf(payload: object): string {
  const keys = payload as {
    messageId?: string;
    message?: { data: { messageId: string } };
    data?: { messageId: string };
  };
  return keys.messageId ?? keys.data?.messageId ?? keys.message!.data.messageId;
}

async function endedDeliveries(
  client: ChatpushClient,
  contactId: string,
): Promise<{ messageId: string; deliveryId: string }[]> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const all = [];
    let nextToken: string | undefined;
    do {
      const page = await client.listDeliveries({
        instanceId: INSTANCE,
        contactId,
        maxResults: 100,
        ...(nextToken !== undefined && { nextToken }),
      });
      all.push(...page.deliveries);
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    if (all.every(({ status }) => status === 'accepted')) return all;
    assert.ok(
      Date.now() < deadline,
      `${contactId}: ${JSON.stringify(all.filter(({ status }) => status !== 'accepted'))}`,
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
