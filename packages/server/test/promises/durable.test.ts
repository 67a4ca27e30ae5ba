// Promise 2, accepted means durable: data is on disk before the caller gets the answer. Verified by the system calls of a whole
// service; test/store checks the contents of the disk, also after a torn write.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createClient } from '@chatpush/client';
import { APPLICATION, INSTANCE, iphone } from './system.ts';

const traceable = spawnSync('strace', ['-f', '-o', '/dev/null', 'true']).status === 0;
const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CALLS = 5;

test(
  'promise 2: an fsync of the WAL returns between every call that changes something and its 200',
  { skip: traceable ? false : 'strace is absent or may not trace' },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chatpush-strace-'));
    const trace = join(folder, 'trace');
    const strace = ['-f', '-y', '-s', '64', '-e', 'trace=fsync,fdatasync,write,writev', '-o', trace];
    const service = spawn('strace', [...strace, process.execPath, '--conditions=source', MAIN], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        CHATPUSH_PORT: '0',
        CHATPUSH_STORE: `sqlite:${join(folder, 'test.db')}`,
        CHATPUSH_LOG: 'silent',
      },
    });
    try {
      const [greeting] = (await once(createInterface(service.stdout), 'line')) as [string];
      const client = createClient({
        region: 'eu-central-1',
        endpoint: /http:\/\/[\d.]+:\d+/.exec(greeting)![0],
        credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
      });
      // In sequence, so that each answer waits only for its own commit.
      for (let n = 0; n < CALLS; n++) {
        await client.createPushNotificationRegistration({
          instanceId: INSTANCE,
          pinpointAppArn: APPLICATION,
          deviceToken: iphone(`phone ${n}`),
          deviceType: 'APNS',
          contactConfiguration: { contactId: 'traced', includeRawMessage: true },
        });
        await client.putChatEvents({
          instanceId: INSTANCE,
          events: [
            { id: `m${n}`, contactId: 'traced', type: 'MESSAGE', content: 'x', participantRole: 'AGENT' },
          ],
        });
      }
    } finally {
      const gone = once(service, 'exit');
      // strace keeps signals from itself; every line of its file begins with the thread, the first with the main one.
      process.kill(Number.parseInt(readFileSync(trace, 'utf8'), 10), 'SIGTERM');
      await gone;
    }
    const { answers, unsynced } = readTrace(readFileSync(trace, 'utf8'));
    rmSync(folder, { recursive: true });
    assert.equal(answers, 2 * CALLS);
    assert.equal(unsynced, 0);
  },
);

/** Counts 200s, and those before which no fsync of the WAL had returned since the last one. */
function readTrace(text: string): { answers: number; unsynced: number } {
  let answers = 0;
  let unsynced = 0;
  let isSynced = false;
  const syncing = new Set<string>();
  for (const line of text.split('\n')) {
    const thread = line.slice(0, line.indexOf(' '));
    if (/ f(data)?sync\(\d+<[^>]*-wal>/.test(line)) syncing.add(thread);
    if (syncing.has(thread) && line.endsWith(' = 0')) {
      syncing.delete(thread);
      isSynced = true;
    }
    if (!/ writev?\(\d+<[^>]*>, .*"HTTP\/1\.1 200 OK/.test(line)) continue;
    answers++;
    if (!isSynced) unsynced++;
    isSynced = false;
  }
  return { answers, unsynced };
}
