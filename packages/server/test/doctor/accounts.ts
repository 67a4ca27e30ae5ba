// Apple's and Google's side of our credentials: the keys registered at a strict emulator, and settings that use them.
import { startEmulator } from '@chatpush/emulator';
import type { Emulator, EmulatorOptions } from '@chatpush/emulator';
import type { TestContext } from 'node:test';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { ACCESS_KEY, ARN, settingsFolder } from '../config/settings-folder.ts';

export const KEY = { keyId: 'GOODKEY001', teamId: 'GOODTEAM01' };
const TOPIC = 'com.example.chat';

export async function strictEmulator(test: TestContext, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    strict: {
      keys: {
        apns: [
          { ...KEY, key: PEM.p8 },
          { keyId: 'TOPICKEY01', teamId: KEY.teamId, key: PEM.p8, topics: ['com.example.other'] },
          { keyId: 'PRODKEY001', teamId: KEY.teamId, key: PEM.p8, environments: ['production'] },
        ],
        fcm: [{ clientEmail: ACCOUNT.client_email, projectId: ACCOUNT.project_id, key: PEM.rsa }],
      },
    },
    ...options,
  });
  test.after(() => emulator.close());
  return emulator;
}

/** Valid channels; `changes` breaks them. */
export const channelsAt = (emulator: Emulator) => ({
  apns: (changes: object = {}) => ({
    gateway: 'apns',
    url: emulator.apns.url,
    ca: emulator.ca,
    topic: TOPIC,
    ...KEY,
    privateKey: PEM.p8,
    ...changes,
  }),
  sandbox: (changes: object = {}) => ({
    gateway: 'apns',
    url: emulator.apnsSandbox.url,
    ca: emulator.ca,
    topic: TOPIC,
    ...KEY,
    privateKey: PEM.p8,
    ...changes,
  }),
  fcm: (changes: object = {}, account: object = {}) => ({
    gateway: 'fcm',
    url: emulator.fcm.url,
    ca: emulator.ca,
    serviceAccount: JSON.stringify({ ...ACCOUNT, token_uri: emulator.fcm.tokenUrl, ...account }),
    ...changes,
  }),
});

/** The environment of settings with one application. */
export const settingsWith = (
  test: TestContext,
  channels: object,
  more: object = {},
): ReturnType<ReturnType<typeof settingsFolder>['settings']> =>
  settingsFolder(test).settings({
    accessKeys: [ACCESS_KEY],
    instances: ['support'],
    applications: [{ arn: ARN, channels }],
    ...more,
  });
