// Stopping ends in time even if the store is silent. A frozen database, or one behind a dead network, keeps its connections open
// and never answers. Regression: the process waited forever for each connection to close.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'node:test';
import { createClient } from '@chatpush/client';
import { startEmulator } from '@chatpush/emulator';
import { startPostgres } from '../store/postgres-server.ts';
import { end, start } from './process.ts';
import { APPLICATION, INSTANCE, iphone } from './system.ts';

test('SIGTERM while PostgreSQL is frozen: the process ends, says what it left, and what was acknowledged arrives', async (t) => {
  const server = await startPostgres();
  t.after(() => server.close());
  if (!server.isOurs) return t.skip('the server given by CHATPUSH_TEST_POSTGRES cannot be frozen');
  await using emulator = await startEmulator();
  const settings = {
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: `${server.url}&schema=silent_${process.pid}`,
    CHATPUSH_EMULATOR_URL: emulator.url,
    CHATPUSH_LOG: 'warn',
  };
  const first = await start([], settings);
  t.after(() => first.child.kill('SIGKILL'));
  let log = '';
  first.child.stdout!.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const client = createClient({
    region: 'eu-central-1',
    endpoint: first.url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const token = iphone('silent');
  await client.createPushNotificationRegistration({
    instanceId: INSTANCE,
    pinpointAppArn: APPLICATION,
    deviceType: 'APNS',
    deviceToken: token,
    contactConfiguration: { contactId: 'contact', includeRawMessage: true },
  });
  const say = (id: string) =>
    client.putChatEvents({
      instanceId: INSTANCE,
      events: [
        {
          id,
          contactId: 'contact',
          type: 'MESSAGE',
          contentType: 'text/plain',
          content: `text of ${id}`,
          participantRole: 'AGENT',
        },
      ],
    });
  // Acknowledged, but not sent yet.
  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503 }]);
  await say('acknowledged');

  await server.freeze();
  try {
    const unanswered = Array.from({ length: 20 }, (_, n) => say(`unanswered-${n}`));
    void Promise.allSettled(unanswered);
    await delay(1_000);
    const gone = once(first.child, 'exit') as Promise<[number | null]>;
    first.child.kill('SIGTERM');
    const [code] = await Promise.race([
      gone,
      delay(40_000, ['still there after 40 seconds'] as const, { ref: false }),
    ]);
    assert.equal(code, 0);
    // Calls of a silent database give up after some seconds, so the store closes before the deadline or just after it. Only the
    // audit log is open for longer, because the store's last changes are noted there.
    const left = log.split('\n').find((line) => line.includes('stopped before everything had finished'));
    const { notFinished } = JSON.parse(left ?? '{}') as { notFinished?: string[] };
    if (left !== undefined) assert.deepEqual(notFinished?.slice(-2), ['store', 'audit log'], log);
    else assert.match(log, /settlements could not be stored|The database cannot answer/);
  } finally {
    server.thaw();
  }

  emulator.faults.set([]);
  const second = await start([], settings);
  t.after(() => second.child.kill('SIGKILL'));
  await emulator.phone(token).waitFor({ contains: 'text of acknowledged', timeoutMs: 60_000 });
  await end(second, 'SIGTERM');
});
