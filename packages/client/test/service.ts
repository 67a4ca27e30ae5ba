// The real service, in this process, with its own store.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, startService } from 'chatpush';

export interface TestService {
  readonly url: string;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function startTestService(): Promise<TestService> {
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-service-'));
  const config = readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder, 'chatpush.db')}` });
  const service = await startService(config, { logLevel: 'silent' });
  return {
    url: service.url,
    async [Symbol.asyncDispose]() {
      await service.stop();
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
