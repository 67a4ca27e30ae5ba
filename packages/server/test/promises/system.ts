// The whole product for a test: the service with its own emulator, our client and the unmodified AWS SDK, on free ports.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectClient } from '@aws-sdk/client-connect';
import { createClient } from '@chatpush/client';
import type { ChatpushClient, DeviceType } from '@chatpush/client';
import type { Emulator } from '@chatpush/emulator';
import { readConfig } from '../../src/config/environment.ts';
import type { Config } from '../../src/config/config.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';

export const INSTANCE = '11111111-2222-3333-4444-555555555555';
export const application = (name: string): string =>
  `arn:aws:mobiletargeting:eu-central-1:000000000000:apps/${name}`;
export const APPLICATION = application('support');
export const iphone = (name: string): string => Buffer.from(name.padEnd(32, '.')).toString('hex');

export interface System {
  readonly service: Service;
  readonly emulator: Emulator;
  readonly client: ChatpushClient;
  readonly sdk: ConnectClient;
  /** Stops the service and starts it again on the same store; phones and faults stay only with an emulator of its own. */
  restart(): Promise<void>;
  /** Registers a device for a contact, with message text. */
  register(
    contactId: string,
    deviceToken: string,
    more?: { deviceType?: DeviceType; pinpointAppArn?: string; clientToken?: string },
  ): Promise<string>;
  /** Writes into a contact as the agent; returns the number of deliveries, or the reason for none. */
  say(
    contactId: string,
    id: string,
    text?: string,
    more?: object,
  ): Promise<{ deliveries: number; reason?: string }>;
  /** The delivery log of a contact, newest first. */
  log(contactId: string): ReturnType<ChatpushClient['listDeliveries']>;
  /** Waits until the delivery log of the contact satisfies a condition. */
  settled(
    contactId: string,
    condition: (entries: Awaited<ReturnType<ChatpushClient['listDeliveries']>>['deliveries']) => boolean,
  ): Promise<void>;
  close(): Promise<void>;
}

/** Options of a test. */
export interface SystemOptions {
  readonly config?: Partial<Config>;
  /** The value of CHATPUSH_STORE; a new SQLite file if absent. */
  readonly store?: string;
  /** The maximum size of SQLite's file. */
  readonly sqliteMaxBytes?: number;
  /** Used instead of the service's own emulator, which would not survive a restart. */
  readonly emulator?: Emulator;
}

export async function startSystem(options: SystemOptions = {}): Promise<System> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-test-'));
  const config: Config = {
    ...readConfig({
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: options.store ?? `sqlite:${join(folder, 'test.db')}`,
      ...(options.emulator && { CHATPUSH_EMULATOR_URL: options.emulator.url }),
    }),
    ...options.config,
  };
  const { sqliteMaxBytes } = options;
  const start = () =>
    startService(config, { logLevel: 'silent', ...(sqliteMaxBytes !== undefined && { sqliteMaxBytes }) });
  let service = await start();
  const connect = (): { client: ChatpushClient; sdk: ConnectClient } => {
    const settings = {
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    };
    return { client: createClient(settings), sdk: new ConnectClient(settings) };
  };
  let { client, sdk } = connect();

  return {
    get service() {
      return service;
    },
    get emulator() {
      return options.emulator ?? service.emulator!;
    },
    get client() {
      return client;
    },
    get sdk() {
      return sdk;
    },
    restart: async () => {
      sdk.destroy();
      await service.stop();
      service = await start();
      ({ client, sdk } = connect());
    },
    register: async (contactId, deviceToken, more = {}) => {
      const { registrationId } = await client.createPushNotificationRegistration({
        instanceId: INSTANCE,
        pinpointAppArn: APPLICATION,
        deviceType: 'APNS',
        deviceToken,
        contactConfiguration: { contactId, includeRawMessage: true },
        ...more,
      });
      return registrationId;
    },
    say: async (contactId, id, text = `text of ${id}`, more = {}) => {
      const { results } = await client.putChatEvents({
        instanceId: INSTANCE,
        events: [
          {
            id,
            contactId,
            type: 'MESSAGE',
            contentType: 'text/plain',
            content: text,
            participantRole: 'AGENT',
            ...more,
          },
        ],
      });
      return results[0]!;
    },
    log: (contactId) => client.listDeliveries({ instanceId: INSTANCE, contactId, maxResults: 100 }),
    settled: async (contactId, condition) => {
      // A busy machine is slow, which is not an error.
      const deadline = Date.now() + 100_000;
      for (;;) {
        const { deliveries } = await client.listDeliveries({
          instanceId: INSTANCE,
          contactId,
          maxResults: 100,
        });
        if (condition(deliveries)) return;
        if (Date.now() > deadline) throw new Error(`still not: ${JSON.stringify(deliveries, undefined, 1)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    close: async () => {
      sdk.destroy();
      await service.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
