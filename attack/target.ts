// The service under attack: a separate process with production settings, two tenants, and every kind of key.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { end, start } from '../packages/server/test/promises/process.ts';

export const APPLICATION = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/attacked';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:chat';

export const KEYS = {
  /** The watched tenant, whose calls must keep working. */
  calm: { id: 'AKIDCALM', secret: 'the secret of the calm tenant' },
  /** The attacking tenant. */
  hostile: { id: 'AKIDHOSTILE', secret: 'the secret of the hostile tenant' },
} as const;
export const BEARER = 'the-bearer-key-of-the-hostile-tenant';
export const INSTANCES = { calm: 'calm', hostile: 'hostile' } as const;

export interface Target {
  readonly url: string;
  readonly port: number;
  readonly hasEnded: () => boolean;
  /** Resident memory in MB. */
  readonly residentMb: () => number;
  /** Memory that the process cannot free, in MB: its heap after garbage collection, and buffers. */
  readonly keptMb: () => Promise<number>;
  stop(): Promise<void>;
}

const settings = {
  accessKeys: [
    { ...KEYS.calm, instances: [INSTANCES.calm] },
    { ...KEYS.hostile, instances: [INSTANCES.hostile] },
  ],
  bearerKeys: [{ id: 'hostile', secret: BEARER, instance: INSTANCES.hostile, actions: ['chatpush:*'] }],
  instances: Object.values(INSTANCES),
  applications: [{ arn: APPLICATION, channels: { GCM: { gateway: 'emulated' } } }],
  sources: { sns: [{ topicArn: TOPIC, instances: [INSTANCES.hostile] }] },
};

const COLLECT_WHEN_TOLD = new URL('./collect-when-told.ts', import.meta.url).href;
const COLLECTION_MS = 1_000;

export async function startTarget(): Promise<Target> {
  const folder = mkdtempSync(join(tmpdir(), 'chatpush-attack-'));
  const file = join(folder, 'settings.json');
  writeFileSync(file, JSON.stringify(settings));
  const process = await start([], {
    CHATPUSH_PORT: '0',
    CHATPUSH_CONFIG: file,
    CHATPUSH_STORE: `sqlite:${join(folder, 'attacked.db')}`,
    CHATPUSH_LOG: 'error',
    NODE_OPTIONS: `--expose-gc --import ${COLLECT_WHEN_TOLD}`,
  });
  const { child, url } = process;
  return {
    url,
    port: Number(new URL(url).port),
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    residentMb: () => {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024);
    },
    keptMb: async () => {
      child.kill('SIGUSR2');
      await wait(COLLECTION_MS);
      const metrics = await (await fetch(new URL('/metrics', url))).text();
      const bytes = ['nodejs_heap_size_used_bytes', 'nodejs_external_memory_bytes'].map((name) =>
        Number(new RegExp(`^${name} (.+)$`, 'm').exec(metrics)?.[1]),
      );
      return Math.round(bytes.reduce((sum, one) => sum + one, 0) / 1024 ** 2);
    },
    stop: async () => {
      await end(process, 'SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
