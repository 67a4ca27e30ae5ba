// With a full disk, calls are refused completely and by name, reads still work, /readyz says why, and once there is space the
// same process continues with everything it had acknowledged.
//
// Regression: /readyz answered 200 throughout, because it checked a beat, which overwrites itself and needs no space.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InternalServiceException } from '@chatpush/client';
import { INSTANCE, iphone, startSystem } from './system.ts';

/** Longer than a page of the database: what it took is free again, whatever comes next. */
const TEXT = 'x'.repeat(16_000);
const BATCH = 10;

test('a full SQLite store refuses whole calls, allows reads, reports it, and resumes by itself', async () => {
  const system = await startSystem({ sqliteMaxBytes: 500 * 1_024 });
  try {
    const token = iphone('full');
    const ready = async () => {
      const response = await fetch(new URL('/readyz', system.service.url));
      const { checks } = (await response.json()) as { checks: Record<string, string> };
      return { status: response.status, store: checks['store'] };
    };
    const say = async (batch: string, size: number, expected?: 'duplicate') => {
      const { results } = await system.client.putChatEvents({
        instanceId: INSTANCE,
        events: Array.from({ length: size }, (_, n) => ({
          id: `${batch}-${n}`,
          contactId: 'contact',
          type: 'MESSAGE' as const,
          content: TEXT,
          participantRole: 'AGENT' as const,
        })),
      });
      assert.ok(
        results.every(({ deliveries, reason }) => deliveries === 1 && reason === expected),
        JSON.stringify(results),
      );
    };
    const messageIds = async () => {
      const ids: string[] = [];
      for (let nextToken: string | undefined; ;) {
        const page = await system.client.listDeliveries({
          instanceId: INSTANCE,
          contactId: 'contact',
          maxResults: 100,
          ...(nextToken !== undefined && { nextToken }),
        });
        ids.push(...page.deliveries.map(({ messageId }) => messageId));
        if ((nextToken = page.nextToken) === undefined) return ids.sort();
      }
    };
    const registrationsOf = async (contactId: string) =>
      (await system.client.listPushNotificationRegistrations({ instanceId: INSTANCE, contactId }))
        .registrations;

    await system.register('contact', token);
    assert.deepEqual(await ready(), { status: 200, store: 'ok' });

    // Batches, then single messages, then registrations, each until it is refused: what fills the store waits for a gateway.
    system.emulator.faults.set([{ gateway: 'apns', fault: 'black-hole' }]);
    const acknowledged: string[] = [];
    const refused = async (call: (n: number) => Promise<void>): Promise<number> => {
      for (let n = 0; n < 500; n++)
        try {
          await call(n);
        } catch (error) {
          assert.ok(error instanceof InternalServiceException, String(error));
          assert.match(error.message, /^The store is not available; repeat the request\.$/);
          return n;
        }
      throw new Error('500 calls found room');
    };
    const batches = await refused(async (n) => {
      await say(`batch-${n}`, BATCH);
      acknowledged.push(...Array.from({ length: BATCH }, (_, event) => `batch-${n}-${event}`));
    });
    assert.ok(batches > 0);
    const singles = await refused(async (n) => {
      await say(`single-${n}`, 1);
      acknowledged.push(`single-${n}-0`);
    });
    const registering = (n: number) =>
      system.register(`another-${n}`, iphone(`another-${n}`), { clientToken: `token-${n}` });
    const registered = new Map<number, string>();
    const refusedOne = await refused(async (n) => void registered.set(n, await registering(n)));
    // A repeat is answered without a write. Regression: it made the node ready again on a full disk.
    await say('batch-0', BATCH, 'duplicate');

    assert.deepEqual(await ready(), {
      status: 503,
      store: 'full; nothing is accepted until its disk has room',
    });
    assert.equal((await fetch(new URL('/livez', system.service.url))).status, 200);

    // Reads work, and show everything acknowledged and nothing else.
    assert.deepEqual(await messageIds(), acknowledged.toSorted());
    for (const [n, id] of registered)
      assert.deepEqual(
        (await registrationsOf(`another-${n}`)).map(({ registrationId }) => registrationId),
        [id],
      );
    await assert.rejects(registrationsOf(`another-${refusedOne}`), { name: 'ResourceNotFoundException' });

    // Sent deliveries free space. A caller whose call was refused retries it: nothing of it was stored.
    system.emulator.faults.clear();
    const settled = () =>
      system.settled('contact', (entries) => entries.every(({ status }) => status === 'accepted'));
    await settled();
    await say(`batch-${batches}`, BATCH);
    assert.deepEqual(await ready(), { status: 200, store: 'ok' });
    acknowledged.push(...Array.from({ length: BATCH }, (_, event) => `batch-${batches}-${event}`));
    await say(`single-${singles}`, 1);
    acknowledged.push(`single-${singles}-0`);
    registered.set(refusedOne, await registering(refusedOne));
    for (const [n, id] of registered) assert.equal(await registering(n), id);

    await settled();
    assert.deepEqual(await messageIds(), acknowledged.toSorted());
    const phone = system.emulator.phone(token);
    const shown = phone.notifications.map(({ payload }) => (payload as { messageId: string }).messageId);
    assert.deepEqual([...new Set(shown)].sort(), acknowledged.toSorted());
  } finally {
    await system.close();
  }
});
