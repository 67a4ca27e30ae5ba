// npm run bench -- reload [--seconds 20] [--rate 500]
//
// Settings reloaded under load: the APNs key alternates between two valid ones every half second, an access key is added and
// removed, and every third file is broken. The goals: nothing lost, no call refused, nothing changed by a broken file. Compared
// in the same run with the same load without reloads.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { readConfig, startService } from 'chatpush';
import { readOptions } from './options.ts';
import { openReport } from './report.ts';

const CONTACTS = 500;
const BATCH = 25;
const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/reload';
const KEY = { id: 'BENCH', secret: 'the secret of the benchmark', instances: 'all' };
const OTHER = { id: 'OTHER', secret: 'another secret', instances: 'all' };

const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
});
const SECOND = { keyId: 'SECONDKEY1', teamId: 'SECONDTEAM', privateKey: pem };

const settings = ({ apns, ca, credentials }: Emulator, turn: number): string => {
  const { topic, keyId, teamId, privateKey } = credentials.apns;
  const key = turn % 2 === 0 ? { keyId, teamId, privateKey } : SECOND;
  const channel = { gateway: 'apns', topic, ...key, url: apns.url, ca };
  return JSON.stringify({
    accessKeys: turn % 2 === 0 ? [KEY] : [KEY, OTHER],
    instances: ['reload'],
    applications: [{ arn: ARN, channels: { APNS: channel } }],
  });
};

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { seconds: 20, rate: 500 });
  const { seconds, rate } = options;
  const report = openReport('reload', options);
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-reload-'));
  const { keyId, teamId } = SECOND;
  const emulator = await startEmulator({ strict: { keys: { apns: [{ keyId, teamId, key: pem }] } } });
  const file = join(folder, 'settings.json');
  await writeFile(file, settings(emulator, 0));
  const read = () =>
    readConfig({
      CHATPUSH_CONFIG: file,
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder, 'reload.db')}`,
    });
  const service = await startService(read(), { logLevel: 'silent', readSettings: read });
  const client = createClient({
    region: 'eu-central-1',
    endpoint: service.url,
    credentials: { accessKeyId: KEY.id, secretAccessKey: KEY.secret },
    maxAttempts: 1,
  });
  for (let contact = 0; contact < CONTACTS; contact++)
    await client.createPushNotificationRegistration({
      instanceId: 'reload',
      pinpointAppArn: ARN,
      deviceToken: contact.toString(16).padStart(64, '0'),
      deviceType: 'APNS',
      contactConfiguration: { contactId: `contact-${contact}`, includeRawMessage: true },
    });

  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  let received = 0;
  emulator.subscribe((event) => {
    if (event.type !== 'notification') return;
    received++;
    const { messageId } = event.notification.payload as { messageId: string };
    const at = sentAt.get(messageId);
    if (at === undefined) return;
    sentAt.delete(messageId);
    delays.push(performance.now() - at);
  });

  async function load(phase: string): Promise<{ sent: number; refused: number; p99: number }> {
    delays.length = 0;
    let sent = 0;
    let refused = 0;
    const begun = performance.now();
    while (performance.now() - begun < seconds * 1000) {
      const events = Array.from({ length: BATCH }, () => {
        const id = `${phase}-${sent}`;
        sentAt.set(id, performance.now());
        const contactId = `contact-${sent++ % CONTACTS}`;
        return {
          id,
          contactId,
          type: 'MESSAGE' as const,
          content: 'Hello',
          participantRole: 'AGENT' as const,
        };
      });
      await client.putChatEvents({ instanceId: 'reload', events }).catch((error: unknown) => {
        refused++;
        console.error(error);
      });
      const aheadMs = (sent / rate) * 1000 - (performance.now() - begun);
      if (aheadMs > 0) await sleep(aheadMs);
    }
    const deadline = performance.now() + 60_000;
    while (sentAt.size > 0 && performance.now() < deadline) await sleep(50);
    const sorted = delays.toSorted((one, other) => one - other);
    return { sent, refused, p99: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN };
  }

  const quiet = await load('quiet');
  const over = new AbortController();
  let reloads = 0;
  let kept = 0;
  const reloading = (async () => {
    for (let turn = 1; !over.signal.aborted; turn++) {
      const isBroken = turn % 3 === 0;
      await writeFile(file, isBroken ? '{ "accessKeys": [' : settings(emulator, turn));
      await service.reload().then(
        (changed) => (reloads += changed.length > 0 ? 1 : 0),
        () => kept++,
      );
      await sleep(500);
    }
  })();
  const busy = await load('busy');
  over.abort();
  await reloading;
  const duplicates = received - quiet.sent - busy.sent + sentAt.size;
  await service.stop();
  await emulator.close();
  await rm(folder, { recursive: true, force: true });
  console.log(
    `\nquiet: ${quiet.sent} pushes, p99 from call to phone ${quiet.p99.toFixed(0)} ms; ` +
      `${reloads} reloads and ${kept} broken files: ${busy.sent} pushes, p99 ${busy.p99.toFixed(0)} ms`,
  );
  report.atMost('pushes lost', sentAt.size, 0);
  report.atMost('pushes sent twice', duplicates, 0);
  report.atMost('calls refused', quiet.refused + busy.refused, 0);
  report.atLeast('reloads taken over', reloads, Math.floor(seconds / 3));
  report.atLeast('broken files that changed nothing', kept, Math.floor(seconds / 6));
  await report.save();
}
