// A production service with an empty store and no application, connected to gateways that are strict about keys.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectClient } from '@aws-sdk/client-connect';
import { PinpointClient } from '@aws-sdk/client-pinpoint';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { readConfig } from '../../src/config/environment.ts';
import { createSecretKeyText } from '../../src/secrets/secret-keys.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';

export const KEY = { accessKeyId: 'OPERATOR', secretAccessKey: 'an-operators-secret' };
/** May act on instance `one` only. */
export const TENANT = { accessKeyId: 'TENANT', secretAccessKey: 'a-tenants-secret' };
export const REGION = 'eu-central-1';

export interface Production {
  readonly emulator: Emulator;
  readonly service: Service;
  readonly folder: string;
  readonly logged: readonly string[];
  readonly pinpoint: PinpointClient;
  readonly connect: ConnectClient;
  /** For the AWS CLI and boto3. */
  readonly variables: Readonly<Record<string, string>>;
  /** The service's environment, for commands. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes into a contact as the agent. */
  say(instanceId: string, contactId: string, id: string, text: string): Promise<void>;
  /** Starts another node on the same store, if the store supports it. */
  another(): Promise<Service>;
  restart(environment?: Readonly<Record<string, string | undefined>>): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ProductionOptions {
  readonly store?: string;
  readonly secretKey?: string | undefined;
  readonly settings?: object;
  /** Limits the size of SQLite's file, so that the store is full. */
  readonly sqliteMaxBytes?: number;
}

export async function startProduction(options: ProductionOptions = {}): Promise<Production> {
  const folder = mkdtempSync(join(tmpdir(), 'chatpush-applications-'));
  const emulator = await startEmulator({ strict: { keys: true } });
  const { apns, apnsSandbox, fcm, ca } = emulator;
  const settings = {
    accessKeys: [
      { id: KEY.accessKeyId, secret: KEY.secretAccessKey, instances: 'all' },
      { id: TENANT.accessKeyId, secret: TENANT.secretAccessKey, instances: ['one'] },
    ],
    instances: ['one', 'two'],
    gateways: {
      APNS: { url: apns.url, ca },
      APNS_SANDBOX: { url: apnsSandbox.url, ca },
      GCM: { url: fcm.url, ca },
    },
    ...options.settings,
  };
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(settings));
  let environment: Record<string, string | undefined> = {
    CHATPUSH_CONFIG: join(folder, 'settings.json'),
    CHATPUSH_PORT: '0',
    CHATPUSH_AUDIT: join(folder, 'audit.log'),
    CHATPUSH_STORE: options.store ?? `sqlite:${join(folder, 'data', 'chatpush.db')}`,
    CHATPUSH_SECRET_KEY: 'secretKey' in options ? options.secretKey : createSecretKeyText(),
  };
  const logged: string[] = [];
  const start = () =>
    startService(readConfig(environment), {
      logLevel: 'debug',
      logStream: { write: (line) => void logged.push(line) },
      readSettings: () => readConfig(environment),
      ...(options.sqliteMaxBytes !== undefined && { sqliteMaxBytes: options.sqliteMaxBytes }),
    });
  let service = await start();
  const others: Service[] = [];
  const clients = () => {
    const how = { region: REGION, endpoint: service.url, credentials: KEY, maxAttempts: 1 };
    return { pinpoint: new PinpointClient(how), connect: new ConnectClient(how) };
  };
  let { pinpoint, connect } = clients();
  const disconnect = (): void => {
    pinpoint.destroy();
    connect.destroy();
  };
  return {
    emulator,
    folder,
    logged,
    get service() {
      return service;
    },
    get pinpoint() {
      return pinpoint;
    },
    get connect() {
      return connect;
    },
    get variables() {
      return {
        AWS_ENDPOINT_URL_PINPOINT: service.url,
        AWS_ENDPOINT_URL_CONNECT: service.url,
        AWS_DEFAULT_REGION: REGION,
        AWS_ACCESS_KEY_ID: KEY.accessKeyId,
        AWS_SECRET_ACCESS_KEY: KEY.secretAccessKey,
      };
    },
    say: async (instanceId, contactId, id, text) => {
      const client = createClient({ region: REGION, endpoint: service.url, credentials: KEY });
      await client.putChatEvents({
        instanceId,
        events: [
          {
            id,
            contactId,
            type: 'MESSAGE',
            contentType: 'text/plain',
            content: text,
            participantRole: 'AGENT',
          },
        ],
      });
    },
    get environment() {
      return environment;
    },
    async another() {
      const other = await start();
      others.push(other);
      return other;
    },
    async restart(changed = {}) {
      environment = { ...environment, ...changed };
      disconnect();
      await service.stop();
      service = await start();
      ({ pinpoint, connect } = clients());
    },
    async [Symbol.asyncDispose]() {
      disconnect();
      for (const other of others) await other.stop();
      await service.stop();
      await emulator.close();
      rmSync(folder, { recursive: true });
    },
  };
}
