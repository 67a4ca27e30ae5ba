// While the store is unavailable, calls fail immediately with a 5xx that SDKs retry, memory stays bounded, and everything resumes
// by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient, InternalServiceException } from '@chatpush/client';
import { startPostgres } from '../store/postgres-server.ts';
import { INSTANCE, iphone, startSystem } from './system.ts';

test('PostgreSQL stops and restarts: everything acknowledged arrives, and everything else was refused immediately', async () => {
  const server = await startPostgres();
  if (!server.isOurs) return server.close();
  const system = await startSystem({ store: `${server.url}&schema=away_${process.pid}` });
  try {
    const token = iphone('away');
    await system.register('contact', token);
    // One delivery that waits, so that there is something to go on with.
    system.emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, times: 1 }]);
    await system.say('contact', 'before');
    await server.pause();
    assert.equal((await fetch(new URL('/readyz', system.service.url))).status, 503);
    assert.equal((await fetch(new URL('/livez', system.service.url))).status, 200);

    // 200 calls at once may each take long on a busy machine.
    const patient = createClient({
      region: 'eu-central-1',
      endpoint: system.service.url,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      attemptTimeoutMs: 60_000,
    });
    const heapBefore = process.memoryUsage().heapUsed;
    const from = performance.now();
    const refused = await Promise.allSettled(
      Array.from({ length: 200 }, (_, n) =>
        patient.putChatEvents({
          instanceId: INSTANCE,
          events: [
            {
              id: `away-${n}`,
              contactId: 'contact',
              type: 'MESSAGE',
              content: 'x'.repeat(10_000),
              participantRole: 'AGENT',
            },
          ],
        }),
      ),
    );
    for (const one of refused) {
      assert.equal(one.status, 'rejected');
      assert.ok(one.reason instanceof InternalServiceException, String(one.reason));
      assert.ok(one.reason.retryable);
    }
    // Three attempts with back-off: with a timeout of ten seconds each they would take thirty.
    assert.ok(performance.now() - from < 25_000);
    assert.ok(process.memoryUsage().heapUsed - heapBefore < 100 * 1_048_576);

    await server.resume();
    await system.emulator.phone(token).waitFor({ contains: 'before', timeoutMs: 30_000 });
    // The service recovers by itself; the caller just retries.
    for (let calls = 0; ; calls++) {
      try {
        await system.say('contact', 'after');
        break;
      } catch (error) {
        if (calls === 20) throw error;
      }
    }
    await system.emulator.phone(token).waitFor({ contains: 'after' });
    assert.equal(system.emulator.phone(token).shown.length, 2);
    assert.equal((await fetch(new URL('/readyz', system.service.url))).status, 200);
  } finally {
    await system.close();
    await server.close();
  }
});
