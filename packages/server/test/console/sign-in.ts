// A service with a sign-in, and requests with the headers of a browser that its rules check.
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readFileSync } from 'node:fs';
import { createClient } from '@chatpush/client';
import type { ChatpushClient } from '@chatpush/client';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { settingsFolder } from '../config/settings-folder.ts';

export const ARN = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';
export const ADMIN = { id: 'ADMIN', secret: 'the secret of the administrator', instances: 'all' };
export const READER = {
  id: 'READER',
  secret: 'the secret of the reader',
  instances: ['support'],
  actions: ['chatpush:List*'],
};
const SETTINGS = {
  accessKeys: [ADMIN, READER],
  instances: ['support', 'bank'],
  applications: [{ arn: ARN, channels: { APNS: { gateway: 'emulated' } } }],
  console: 'sign-in',
};

interface Key {
  readonly id: string;
  readonly secret: string;
}

interface Asked {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

export interface Signing {
  readonly service: Service;
  /** How far the service's clock is ahead, in milliseconds. */
  readonly clock: { ahead: number };
  /** Writes the settings with changes and reloads them. */
  readonly change: (changes: object) => Promise<void>;
  readonly audit: () => Record<string, unknown>[];
  readonly client: (key?: Key) => ChatpushClient;
  /** Sends a request like a page of the console, unless the headers differ. */
  readonly ask: (path: string, asked?: Asked) => Promise<Response>;
  /** The cookie after a sign-in, as it is sent back. */
  readonly signIn: (key?: Key) => Promise<string>;
}

export async function startSigning(t: TestContext, changes: object = {}): Promise<Signing> {
  const folder = settingsFolder(t);
  const audit = join(folder.path, 'audit.log');
  const environment = {
    ...folder.settings({ ...SETTINGS, ...changes }),
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `sqlite:${join(folder.path, 'a.db')}`,
    CHATPUSH_AUDIT: audit,
  };
  const clock = { ahead: 0 };
  const service = await startService(readConfig(environment), {
    logLevel: 'silent',
    readSettings: () => readConfig(environment),
    clock: { now: () => Date.now() + clock.ahead, monotonic: () => performance.now() + clock.ahead },
  });
  t.after(() => service.stop());
  const ask: Signing['ask'] = (path, { method = 'GET', body, headers } = {}) =>
    fetch(service.url + path, {
      method,
      headers: {
        'sec-fetch-site': 'same-origin',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    service,
    clock,
    ask,
    audit: () =>
      readFileSync(audit, 'utf8')
        .trim()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    client: ({ id, secret } = ADMIN) =>
      createClient({
        region: 'eu-central-1',
        endpoint: service.url,
        credentials: { accessKeyId: id, secretAccessKey: secret },
      }),
    async change(more) {
      folder.settings({ ...SETTINGS, ...changes, ...more });
      await service.reload();
    },
    async signIn({ id, secret } = ADMIN) {
      const body = { accessKeyId: id, secretAccessKey: secret };
      const answer = await ask('/console/sign-in', { method: 'POST', body });
      if (answer.status !== 200) throw new Error(`${answer.status}: ${await answer.text()}`);
      return cookieOf(answer).split(';', 1)[0]!;
    },
  };
}

export const cookieOf = (answer: Response): string => answer.headers.get('set-cookie') ?? '';

export const registrationsOf = (contactId: string, instanceId = 'support'): string =>
  `/push-notification/${instanceId}/registrations?contactId=${contactId}`;

export const errorOf = (answer: Response): string => answer.headers.get('x-amzn-errortype') ?? '';
