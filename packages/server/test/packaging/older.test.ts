// Opens a data directory of every released version: its data is read and its work continues.
//
// Samples are made by make-sample.ts and never changed. They are opened at the time they were made, because what is in them
// would have expired by now.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { createClient } from '@chatpush/client';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config/environment.ts';
import { startService } from '../../src/service.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { SAMPLE } from './sample.ts';

const SAMPLES = join(import.meta.dirname, 'samples');
const versions = readdirSync(SAMPLES);

test('there is a sample', () => assert.ok(versions.includes('0.1.0')));

describe('the data of an older version', () => {
  for (const version of versions)
    test(`${version} counts the registrations it has`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'chatpush-older-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, 'chatpush.db');
      copyFileSync(join(SAMPLES, version, 'chatpush.db'), path);
      const store = await openSqliteStore({ path });
      t.after(() => store.close());
      assert.equal(await store.registrations(SAMPLE.instanceId), 1);
    });

  for (const version of versions)
    test(`${version} is opened and read, and its work continues`, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'chatpush-older-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      const path = join(folder, 'chatpush.db');
      copyFileSync(join(SAMPLES, version, 'chatpush.db'), path);
      const madeAt = newestIn(path);
      const startedAt = systemClock.now();
      const clock = { ...systemClock, now: () => madeAt + 1000 + systemClock.now() - startedAt };
      const service = await startService(
        readConfig({ CHATPUSH_PORT: '0', CHATPUSH_STORE: `sqlite:${path}` }),
        {
          clock,
          logLevel: 'silent',
        },
      );
      t.after(() => service.stop());
      const { instanceId, contactId, credentials } = SAMPLE;
      const client = createClient({
        region: 'eu-central-1',
        endpoint: service.url,
        credentials,
        now: () => clock.now(),
      });

      const { registrations } = await client.listPushNotificationRegistrations({ instanceId, contactId });
      const [kept] = registrations;
      assert.equal(registrations.length, 1);
      // A call repeated across the upgrade gets the same answer.
      const repeated = await client.createPushNotificationRegistration(SAMPLE.registration);
      assert.equal(repeated.registrationId, kept!.registrationId);
      // So does a message, which is not pushed again.
      const { results } = await client.putChatEvents({ instanceId, events: [SAMPLE.sent, SAMPLE.waiting] });
      assert.deepEqual(
        results.map(({ reason }) => reason),
        ['duplicate', 'duplicate'],
      );
      const { deliveries } = await client.listDeliveries({ instanceId, contactId });
      assert.deepEqual(
        deliveries.map(({ messageId, status }) => `${messageId} ${status}`),
        ['waiting queued', 'sent accepted'],
      );
      await client.deletePushNotificationRegistration({
        instanceId,
        contactId,
        registrationId: kept!.registrationId,
      });
    });
});

/** When the newest delivery was created, ms since the epoch. */
function newestIn(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  const { at } = database.prepare('select max(enqueued_at) as at from delivery').get() as { at: number };
  database.close();
  return at;
}
