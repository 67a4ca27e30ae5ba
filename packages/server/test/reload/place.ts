// A service with a settings file that tests can change, and an emulator that is strict about keys.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator, EmulatorOptions } from '@chatpush/emulator';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

type Strict = NonNullable<EmulatorOptions['strict']>;

export const INSTANCE = 'support';
export const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';
export const iphone = (name: string): string => Buffer.from(name.padEnd(32, '.')).toString('hex');

export const KEY = { id: 'FIRST', secret: 'the first secret', instances: 'all' };

export interface Place {
  readonly emulator: Emulator;
  readonly service: Service;
  readonly environment: Record<string, string>;
  /** The lines of the service's log. */
  readonly log: readonly Record<string, unknown>[];
  /** Valid settings with top-level changes. */
  settings(changes?: object): object;
  /** Writes the settings file, or another file beside it. */
  write(contents: object | string, name?: string): void;
  client(key?: { readonly id: string; readonly secret: string }): ChatpushClient;
  register(contactId: string, deviceToken: string): Promise<string>;
  say(contactId: string, id: string): Promise<void>;
}

/** The emulator's APNs channel, with the `.p8` in a file. */
export const apnsAt = ({ apns, ca, credentials }: Emulator): object => ({
  gateway: 'apns',
  topic: credentials.apns.topic,
  keyId: credentials.apns.keyId,
  teamId: credentials.apns.teamId,
  privateKey: { file: 'key.p8' },
  url: apns.url,
  ca,
});

export const settingsFor = (emulator: Emulator): Record<string, unknown> => ({
  accessKeys: [KEY],
  instances: [INSTANCE],
  applications: [{ arn: ARN, channels: { APNS: apnsAt(emulator) } }],
});

export async function startPlace(t: TestContext, strict: Strict = { keys: true }): Promise<Place> {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const emulator = await startEmulator({ strict });
  t.after(() => emulator.close());
  const file = join(folder.path, 'settings.json');
  const write: Place['write'] = (contents, name = 'settings.json') =>
    writeFileSync(
      join(folder.path, name),
      typeof contents === 'string' ? contents : JSON.stringify(contents),
    );
  write(emulator.credentials.apns.privateKey, 'key.p8');
  write(settingsFor(emulator));
  const environment = {
    CHATPUSH_CONFIG: file,
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'test.db')}`,
  };
  const log: Record<string, unknown>[] = [];
  const service = await startService(readConfig(environment), {
    readSettings: () => readConfig(environment),
    logStream: { write: (line) => void log.push(JSON.parse(line) as Record<string, unknown>) },
  });
  t.after(() => service.stop());
  const client: Place['client'] = ({ id, secret } = KEY) =>
    createClient({
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: id, secretAccessKey: secret },
    });
  const first = client();
  return {
    emulator,
    service,
    environment,
    log,
    settings: (changes = {}) => ({ ...settingsFor(emulator), ...changes }),
    write,
    client,
    register: async (contactId, deviceToken) => {
      const { registrationId } = await first.createPushNotificationRegistration({
        instanceId: INSTANCE,
        pinpointAppArn: ARN,
        deviceType: 'APNS',
        deviceToken,
        contactConfiguration: { contactId, includeRawMessage: true },
      });
      return registrationId;
    },
    say: async (contactId, id) => {
      const { results } = await first.putChatEvents({
        instanceId: INSTANCE,
        events: [{ id, contactId, type: 'MESSAGE', content: `text of ${id}`, participantRole: 'AGENT' }],
      });
      if (results[0]?.deliveries !== 1) throw new Error(`no delivery: ${results[0]?.reason}`);
    },
  };
}
