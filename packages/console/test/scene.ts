// A service with a short history of pushed, refused, suspended and skipped deliveries, for tests and screenshots.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient, type ChatpushClient, type DeviceType } from '@chatpush/client';
import type { Emulator } from '@chatpush/emulator';
import { readConfig, startService } from 'chatpush';
import { DEVELOPMENT_ACCESS } from '../src/service.ts';

export interface OpenService {
  url: string;
  emulator: Emulator | undefined;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A service on a free port with its own store. With settings that require a sign-in, it runs as in production. */
export async function openService(settings?: object): Promise<OpenService> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-console-'));
  const environment = { CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'page.db')}` };
  const file = join(folder, 'settings.json');
  if (settings) await writeFile(file, JSON.stringify(settings));
  // With a settings file the page is served only if the settings enable it.
  const exposed = settings && !('console' in settings) && { CHATPUSH_EXPOSE_DEVELOPMENT: 'yes' };
  const withFile = settings && { CHATPUSH_CONFIG: file, ...exposed };
  const config = readConfig({ ...environment, ...withFile });
  const service = await startService(config, { logLevel: 'silent' });
  return {
    url: service.url,
    emulator: service.emulator,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await rm(folder, { recursive: true });
    },
  };
}

export interface Scene extends OpenService {
  emulator: Emulator;
  client: ChatpushClient;
  readonly register: (contactId: string, deviceToken: string, deviceType?: DeviceType) => Promise<string>;
  /** Writes into the chat as the agent. */
  readonly say: (contactId: string, id: string, content: string) => Promise<void>;
  /** Resolves when the wanted number of deliveries of the contact have this status. */
  readonly settled: (contactId: string, status: string, count?: number) => Promise<void>;
}

export async function openScene(): Promise<Scene> {
  const service = await openService();
  const { emulator } = service;
  if (emulator === undefined) throw new Error('The development defaults have an emulator.');
  const { instanceId, applicationArn, accessKeyId, secretAccessKey } = DEVELOPMENT_ACCESS;
  const client = createClient({
    endpoint: service.url,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey },
  });
  return {
    ...service,
    emulator,
    client,
    async register(contactId, deviceToken, deviceType = 'APNS') {
      const { registrationId } = await client.createPushNotificationRegistration({
        instanceId,
        pinpointAppArn: applicationArn,
        deviceToken,
        deviceType,
        contactConfiguration: { contactId, includeRawMessage: true },
      });
      return registrationId;
    },
    async say(contactId, id, content) {
      await client.putChatEvents({
        instanceId,
        events: [
          {
            id,
            contactId,
            type: 'MESSAGE',
            contentType: 'text/plain',
            content,
            participantRole: 'AGENT',
            displayName: 'Ana',
          },
        ],
      });
    },
    async settled(contactId, status, count = 1) {
      for (;;) {
        const { deliveries } = await client.listDeliveries({ instanceId, contactId });
        if (deliveries.filter((one) => one.status === status).length >= count) return;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}

/** Registers 30 phones, ten for each of three contacts. The result writes message n, which rings the ten phones of one contact. */
export async function openCrowd({ register, say }: Scene): Promise<(n: number) => Promise<void>> {
  const tokens = Array.from({ length: 30 }, (_, n) => n.toString(16).padStart(2, '0').repeat(32));
  for (const [n, token] of tokens.entries()) await register(`crowd-${n % 3}`, token);
  return (n) => say(`crowd-${n % 3}`, `crowd-${n}`, `Message ${n}`);
}
