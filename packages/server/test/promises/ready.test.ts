// A node is ready if it accepts and sends. A node that was silent for too long has lost its lease and is not ready until it has a
// new one. Regression: a beat answered `evicted` counted as healthy.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { createFastClock } from '../delivery/pipeline.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';

for (const { silentMs, was } of [
  { silentMs: 8_000, was: 'too old to be trusted' },
  { silentMs: 11_000, was: 'evicted' },
])
  test(`a node whose lease is ${was} is not ready, and recovers by itself`, async () => {
    using folder = temporaryFolder();
    const clock = createFastClock();
    const environment = { CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${join(folder.path, 'ready.db')}` };
    const service = await startService(readConfig(environment), { clock, logLevel: 'silent' });
    try {
      const ask = async () => {
        const response = await fetch(new URL('/readyz', service.url));
        return {
          status: response.status,
          ...((await response.json()) as { ready: boolean; checks: object }),
        };
      };
      const good = { status: 200, ready: true, checks: { store: 'ok', lease: 'ok' } };
      assert.deepEqual(await ask(), good);
      // The node's own beat, every 3 seconds, may come between: silence is tried until it is met.
      let silent: Awaited<ReturnType<typeof ask>> = good;
      for (let tries = 0; silent.ready && tries < 10; tries++) {
        clock.advance(silentMs);
        silent = await ask();
      }
      assert.deepEqual(silent, {
        status: 503,
        ready: false,
        checks: { store: 'ok', lease: 'lost; nothing is sent until this node has a new lease' },
      });
      const deadline = performance.now() + 20_000;
      while ((await ask()).status !== 200) {
        assert.ok(performance.now() < deadline, 'still not ready after 20 seconds');
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.deepEqual(await ask(), good);
    } finally {
      await service.stop();
    }
  });
