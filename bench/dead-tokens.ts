// npm run bench -- dead-tokens [--count 400] [--pairs 1]
//
// A hundred phones on FCM, 55 of which have uninstalled the app, and a message every 50 ms to one after another. How long do the
// live phones wait, from the call to the phone? The peer is the same run without uninstalled apps.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { readOptions } from './options.ts';
import { openReport, printTable, shown } from './report.ts';
import { percentile, startService } from './service.ts';

const PHONES = 100;
const EVERY_MS = 50;
const INSTANCE = 'bench';

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 1, count: 400 });
  const report = openReport('dead-tokens', options);
  const rows: (string | number)[][] = [
    ['uninstalled', 'messages to live phones', 'p50 ms', 'p99 ms', 'max', 'left', 'asked'],
  ];
  const worst: number[] = [];
  for (let pair = 0; pair < options.pairs; pair++)
    for (const gone of [0, 55]) {
      const { took, left, asked } = await measure(gone, options.count);
      const p99 = percentile(took, 0.99);
      rows.push([
        gone,
        took.length,
        shown(percentile(took, 0.5)),
        shown(p99),
        shown(Math.max(...took)),
        left,
        asked,
      ]);
      if (gone > 0) worst.push(p99);
    }
  printTable(rows);
  report.figure('rows', rows);
  report.atMost('p99 ms of live phones beside 55 uninstalled', Math.max(...worst), 100);
  await report.save();
}

async function measure(gone: number, count: number) {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const emulator = await startEmulator();
  const { child, url } = await startService(`sqlite:${join(folder, 'dead.db')}`, emulator.url);
  try {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
    const client = createClient({ region: 'eu-central-1', endpoint: url, credentials });
    const phones = Array.from({ length: PHONES }, (_, index) => `phone-${index}`);
    for (const phone of phones) await register(client, phone);
    await client.putChatEvents(messageTo(phones.at(-1)!, 'first'));
    await emulator.phone(phones.at(-1)!).waitFor({ contains: 'first' });
    for (const phone of phones.slice(0, gone)) emulator.phone(phone).uninstall();
    const calls: Promise<number | undefined>[] = [];
    for (let index = 0; index < count; index++) {
      // 37 and 100 have no common factor, so every phone is reached, with uninstalled ones in between.
      const phone = phones[(index * 37) % PHONES]!;
      calls.push(say(client, emulator, phone, `text ${index}`, phones.indexOf(phone) < gone));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    const took = (await Promise.all(calls)).filter((ms) => ms !== undefined);
    let left = 0;
    for (const contactId of phones) {
      const { registrations } = await client.listPushNotificationRegistrations({
        instanceId: INSTANCE,
        contactId,
      });
      left += registrations.length;
    }
    return { took, left, asked: emulator.requests.total };
  } finally {
    await child.stop();
    await emulator.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const register = (client: ChatpushClient, phone: string) =>
  client.createPushNotificationRegistration({
    instanceId: INSTANCE,
    pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support',
    deviceToken: phone,
    deviceType: 'GCM',
    contactConfiguration: { contactId: phone, includeRawMessage: true },
  });

const messageTo = (contactId: string, content: string) => ({
  instanceId: INSTANCE,
  events: [
    {
      id: crypto.randomUUID(),
      contactId,
      type: 'MESSAGE' as const,
      contentType: 'text/plain',
      content,
      participantRole: 'AGENT' as const,
    },
  ],
});

/** Milliseconds from the call to the phone; undefined for an uninstalled app. */
async function say(
  client: ChatpushClient,
  emulator: Emulator,
  phone: string,
  text: string,
  isGone: boolean,
): Promise<number | undefined> {
  const begun = performance.now();
  const arrived = isGone ? undefined : emulator.phone(phone).waitFor({ contains: text, timeoutMs: 60_000 });
  await client.putChatEvents(messageTo(phone, text));
  if (arrived === undefined) return undefined;
  await arrived;
  return performance.now() - begun;
}
