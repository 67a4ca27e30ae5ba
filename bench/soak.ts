// npm run bench -- soak [--minutes 1] [--rate 500]
//
// 500 pushes per second with answer faults at 1 % each and one connection fault every 10 seconds. Reported afterwards: pushes
// lost, the slope of the heap after forced garbage collections, unhandled rejections, and open resources. The goals: 0 lost, ≤ 1
// MB per minute.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import { readConfig, startService } from 'chatpush';
import { readOptions } from './options.ts';
import { openReport } from './report.ts';

const CONTACTS = 1_000;
const BATCH = 25;

v8.setFlagsFromString('--expose-gc');
const collect = vm.runInNewContext('gc') as () => void;

const ANSWERS = [
  { gateway: 'apns', fault: 'http', status: 500, probability: 0.01 },
  { gateway: 'apns', fault: 'http', status: 503, probability: 0.01 },
  { gateway: 'apns', fault: 'answer-lost', by: 'stream', probability: 0.01 },
  { gateway: 'apns', fault: 'reset-stream', probability: 0.01 },
  { gateway: 'apns', fault: 'slow', delayMs: 1_000, probability: 0.01 },
] as const;
const CONNECTION = [
  { gateway: 'apns', fault: 'goaway', times: 1 },
  { gateway: 'apns', fault: 'rst', times: 1 },
  { gateway: 'apns', fault: 'fin', times: 1 },
  { gateway: 'apns', fault: 'goaway', code: 2, times: 1 },
  { gateway: 'apns', fault: 'frozen', times: 1 },
] as const;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { minutes: 1, rate: 500 });
  const { minutes, rate } = options;
  const report = openReport('soak', options);
  let rejections = 0;
  process.on('unhandledRejection', (reason) => {
    rejections++;
    console.error('unhandled rejection', reason);
  });
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-soak-'));
  const emulator = await startEmulator();
  const service = await startService(
    readConfig({
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder, 'soak.db')}`,
      CHATPUSH_EMULATOR_URL: emulator.url,
    }),
    { logLevel: 'silent' },
  );
  const client = createClient({
    region: 'eu-central-1',
    endpoint: service.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  for (let contact = 0; contact < CONTACTS; contact++)
    await client.createPushNotificationRegistration({
      instanceId: 'soak',
      pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/soak',
      deviceToken: tokenOf(contact),
      deviceType: 'APNS',
      contactConfiguration: { contactId: `contact-${contact}`, includeRawMessage: true },
    });

  // Arrivals are counted immediately and forgotten: phones keep a limited number, and the service's heap is what is measured.
  const arrived = new Set<number>();
  let received = 0;
  emulator.subscribe((event) => {
    if (event.type !== 'notification') return;
    received++;
    arrived.add(Number((event.notification.payload as { messageId: string }).messageId));
  });

  const heap: { atMinutes: number; mb: number }[] = [];
  const begun = performance.now();
  let sent = 0;
  let nextFault = 10;
  while (performance.now() - begun < minutes * 60_000) {
    const seconds = (performance.now() - begun) / 1000;
    if (seconds >= nextFault) {
      const fault = CONNECTION[(nextFault / 10 - 1) % CONNECTION.length]!;
      console.log(`${nextFault} s: ${JSON.stringify(fault)}, sent ${sent}, arrived ${arrived.size}`);
      emulator.faults.set([fault, ...ANSWERS]);
      nextFault += 10;
      emulator.forgetPhones();
      collect();
      // The set of arrivals is this script's own memory and grows by 40 bytes per message.
      heap.push({
        atMinutes: seconds / 60,
        mb: (process.memoryUsage().heapUsed - arrived.size * 40) / 1_048_576,
      });
    }
    await client.putChatEvents({
      instanceId: 'soak',
      events: Array.from({ length: BATCH }, () => ({
        id: String(sent),
        contactId: `contact-${sent++ % CONTACTS}`,
        type: 'MESSAGE' as const,
        content: 'Hello, your parcel is on its way.',
        participantRole: 'AGENT' as const,
      })),
    });
    const ahead = (sent / rate) * 1000 - (performance.now() - begun);
    if (ahead > 0) await new Promise((resolve) => setTimeout(resolve, ahead));
  }
  const deadline = performance.now() + 120_000;
  while (arrived.size < sent && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 200));

  await service.stop();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
  // The client's keep-alive connections close by themselves after the service has ended.
  await new Promise((resolve) => setTimeout(resolve, 500));
  const left = process
    .getActiveResourcesInfo()
    .filter((name) => !['TTYWrap', 'PipeWrap', 'Timeout'].includes(name));
  // The first readings are warm-up.
  const slope = slopeOf(heap.slice(Math.min(2, heap.length - 2)));
  console.log(
    `\nsent ${sent}, arrived ${arrived.size}, raw duplicates ${received - arrived.size}, left open ${JSON.stringify(left)}`,
  );
  report.atMost('pushes lost', sent - arrived.size, 0);
  report.atMost('unhandled rejections', rejections, 0);
  report.atMost("the heap's slope in MB a minute", slope, 1);
  await report.save();
}

const tokenOf = (contact: number): string => contact.toString(16).padStart(64, '0');

/** Least squares, in MB per minute. */
function slopeOf(points: readonly { atMinutes: number; mb: number }[]): number {
  const n = points.length;
  const meanX = points.reduce((sum, { atMinutes }) => sum + atMinutes, 0) / n;
  const meanY = points.reduce((sum, { mb }) => sum + mb, 0) / n;
  let above = 0;
  let below = 0;
  for (const { atMinutes, mb } of points) {
    above += (atMinutes - meanX) * (mb - meanY);
    below += (atMinutes - meanX) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
