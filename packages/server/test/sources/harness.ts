// The whole service with a fake SNS, the official SDK, and phones.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectClient, CreatePushNotificationRegistrationCommand } from '@aws-sdk/client-connect';
import { readConfig } from '../../src/config/environment.ts';
import type { Config } from '../../src/config/config.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { TOPIC, startStandInSns } from './stand-in-sns.ts';
import type { Fields, StandInSns } from './stand-in-sns.ts';

export const INSTANCE = '11111111-2222-3333-4444-555555555555';
const APPLICATION = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';

export interface Scene {
  readonly service: Service;
  readonly sns: StandInSns;
  readonly sdk: ConnectClient;
  /** Registers an Android phone of this token. */
  register(contactId: string, deviceToken: string): Promise<void>;
  /** The counts of SNS messages by result. */
  counted(result: string): Promise<number>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startScene(config: Partial<Config> = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-sns-'));
  const sns = await startStandInSns();
  const service = await startService(
    {
      ...readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'test.db')}` }),
      sources: { sns: [{ topicArn: TOPIC, instances: [INSTANCE, 'second'] }] },
      ...config,
    },
    { logLevel: 'silent', snsNetwork: sns.network },
  );
  const sdk = new ConnectClient({
    region: 'eu-central-1',
    endpoint: service.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  return {
    service,
    sns,
    sdk,
    register: async (contactId, DeviceToken) => {
      await sdk.send(
        new CreatePushNotificationRegistrationCommand({
          InstanceId: INSTANCE,
          PinpointAppArn: APPLICATION,
          DeviceToken,
          DeviceType: 'GCM',
          ContactConfiguration: { ContactId: contactId, IncludeRawMessage: true },
        }),
      );
    },
    counted: async (result) => {
      const page = await (await fetch(new URL('/metrics', service.url))).text();
      return Number(
        new RegExp(`^chatpush_sns_messages_total\\{result="${result}"\\} (\\d+)$`, 'm').exec(page)?.[1] ?? 0,
      );
    },
    async [Symbol.asyncDispose]() {
      sdk.destroy();
      await service.stop();
      await sns.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** A message of Connect's stream, as in its administrator guide. */
export const chatMessage = (changes: Fields = {}): Fields => ({
  AbsoluteTime: new Date().toISOString(),
  Content: 'Hello from the agent',
  ContentType: 'text/plain',
  Id: crypto.randomUUID(),
  Type: 'MESSAGE',
  ParticipantId: '9ff0f70a-c1d0-45d9-8a7e-0c9ba9e5a2e4',
  DisplayName: 'Ana',
  ParticipantRole: 'AGENT',
  InitialContactId: 'chat-1',
  ContactId: 'chat-1',
  ...changes,
});

export const attributes = (changes: Record<string, string> = {}): Record<string, string> => ({
  InstanceId: INSTANCE,
  AccountId: '123456789012',
  MessageVisibility: 'ALL',
  Type: 'MESSAGE',
  ContentType: 'text/plain',
  ...changes,
});
