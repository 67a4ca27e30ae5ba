// The demo's second half: gateway failures, and a service that is killed while it is sending.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import type { Emulator } from '@chatpush/emulator';

const MESSAGES = 1_000;
/** Sent in one PutChatEvents call. */
const BATCH = 500;

export interface Stage {
  readonly emulator: Emulator;
  readonly client: ChatpushClient;
  readonly instanceId: string;
  readonly applicationArn: string;
  /** The folder of the killed service's store. */
  readonly folder: string;
  readonly say: (text?: string) => void;
}

/** Registers an iPhone in a new contact. */
async function register(
  { client, ...stage }: Stage,
  name: string,
): Promise<{ contactId: string; token: string }> {
  const contactId = `weather-${name}`;
  const token = Buffer.from(name.padEnd(32, '.')).toString('hex');
  await client.createPushNotificationRegistration({
    instanceId: stage.instanceId,
    pinpointAppArn: stage.applicationArn,
    deviceToken: token,
    deviceType: 'APNS',
    contactConfiguration: { contactId, includeRawMessage: true },
  });
  return { contactId, token };
}

const write = async (
  { client, instanceId }: Stage,
  contactId: string,
  ids: readonly string[],
): Promise<number> => {
  const { results } = await client.putChatEvents({
    instanceId,
    events: ids.map((id) => ({
      id,
      contactId,
      type: 'MESSAGE',
      content: `This is ${id}.`,
      participantRole: 'AGENT',
    })),
  });
  return results.reduce((sum, { deliveries }) => sum + deliveries, 0);
};

/** A gateway that answers 503 for a while, a gateway that sends GOAWAY, and an uninstalled app. */
export async function playWeather(stage: Stage): Promise<void> {
  const { emulator, say } = stage;
  const { contactId, token } = await register(stage, 'bad day');
  const phone = emulator.phone(token);

  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, deviceToken: token, times: 3 }]);
  let from = performance.now();
  await write(stage, contactId, ['storm-1']);
  await phone.waitFor({ contains: 'storm-1', timeoutMs: 60_000 });
  say(
    `  APNs answers 503 three times:     lights up after ${Math.round(performance.now() - from)} ms, attempts behind a back-off`,
  );

  emulator.faults.set([{ gateway: 'apns', fault: 'goaway', deviceToken: token, times: 1 }]);
  from = performance.now();
  await write(stage, contactId, ['goaway-1', 'goaway-2', 'goaway-3']);
  await phone.waitFor({ contains: 'goaway', count: 3, timeoutMs: 60_000 });
  say(
    `  APNs sends GOAWAY mid-push:       all three light up after ${Math.round(performance.now() - from)} ms, over a new connection`,
  );
  emulator.faults.clear();

  const gone = await register(stage, 'app removed');
  // The gateway's timestamp is tomorrow: a time before the registration would correctly change nothing.
  emulator.phone(gone.token).uninstall(Date.now() + 86_400_000);
  await write(stage, gone.contactId, ['unheard-1']);
  for (;;) {
    const { registrations } = await stage.client.listPushNotificationRegistrations({
      instanceId: stage.instanceId,
      contactId: gone.contactId,
    });
    if (registrations.length === 0) break;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  say('  the app was uninstalled (410):    its registration is deleted, nothing more is sent to it');
}

async function start(
  stage: Stage,
  emulatorUrl: string,
): Promise<{ child: ChildProcess; client: ChatpushClient }> {
  const child = spawn(
    process.execPath,
    [...process.execArgv, join(import.meta.dirname, '../packages/server/src/main.ts')],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        CHATPUSH_PORT: '0',
        CHATPUSH_STORE: `sqlite:${join(stage.folder, 'killed.db')}`,
        CHATPUSH_EMULATOR_URL: emulatorUrl,
        CHATPUSH_LOG: 'silent',
      },
    },
  );
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  child.stdout.resume();
  const { url: endpoint } = JSON.parse(line) as { url: string };
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  return { child, client: createClient({ region: 'eu-central-1', endpoint, credentials }) };
}

/** Waits until the delivery log shows every message as accepted. */
async function allEnded({ client, instanceId }: Stage, contactId: string): Promise<void> {
  for (;;) {
    let nextToken: string | undefined;
    let waiting = 0;
    do {
      const page = await client.listDeliveries({
        instanceId,
        contactId,
        maxResults: 100,
        ...(nextToken !== undefined && { nextToken }),
      });
      waiting += page.deliveries.filter(({ status }) => status !== 'accepted').length;
      ({ nextToken } = page);
    } while (nextToken !== undefined);
    if (waiting === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Another service, killed while it sends and then restarted: everything it acknowledged still arrives. */
export async function playCrash(stage: Stage, emulatorUrl: string): Promise<void> {
  const { emulator, say } = stage;
  let service = await start(stage, emulatorUrl);
  const { contactId, token } = await register({ ...stage, client: service.client }, 'killed');
  const phone = emulator.phone(token);
  // Some answers are slow, so that pushes are in flight when the process dies, with an unknown outcome.
  emulator.faults.set([
    { gateway: 'apns', fault: 'slow', delayMs: 500, deviceToken: token, probability: 0.1 },
  ]);
  const ids = Array.from({ length: MESSAGES }, (_, n) => `message-${n}`);
  let accepted = 0;
  for (let at = 0; at < MESSAGES; at += BATCH)
    accepted += await write({ ...stage, client: service.client }, contactId, ids.slice(at, at + BATCH));
  await phone.waitFor({ count: 200, timeoutMs: 30_000 });
  const before = new Set(phone.notifications.map(({ headers }) => headers['apns-id'])).size;
  const dead = once(service.child, 'exit');
  service.child.kill('SIGKILL');
  await dead;
  say(`  accepted ${accepted}, arrived ${before} when the service was killed (kill -9); it restarts`);
  emulator.faults.clear();

  service = await start(stage, emulatorUrl);
  const arrived = (): number => new Set(phone.notifications.map(({ headers }) => headers['apns-id'])).size;
  await allEnded({ ...stage, client: service.client }, contactId);
  const raw = phone.received;
  say(
    `  accepted ${accepted}, arrived ${arrived()}, lost ${accepted - arrived()}, merged duplicates ${raw - arrived()}`,
  );
  const gone = once(service.child, 'exit');
  service.child.kill('SIGTERM');
  await gone;
  if (arrived() !== accepted) throw new Error('An accepted message was lost.');
}
