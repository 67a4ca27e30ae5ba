// The leases in a SQLite file, and the records of what was leased on arrival.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DatabaseSync } from 'node:sqlite';
import { credit, ids, newDeliveries, settlement } from './conformance/harness.ts';
import { newPath, openStore } from './sqlite-file.ts';

const NONE = new Map<string, number>();

test('a file returns every lease when it is opened again, even of an earlier process', async (t) => {
  const path = newPath(t);
  const { store: first } = await openStore(t, { path });
  const batch = newDeliveries(3);
  await first.beat('before', 3_600_000);
  const states = await first.enqueue(batch, 'before', credit('lane', 3));
  assert.deepEqual(new Set(states.map(({ state }) => state)), new Set(['leased']));
  await first.close();
  const { store: second } = await openStore(t, { path });
  await second.beat('after', 3_600_000);
  assert.deepEqual(ids(await second.claim('after', credit('lane', 9))), ids(batch));
  await second.close();
});

test('a file returns what is still leased of a batch, and keeps no record of a settled batch', async (t) => {
  const path = newPath(t);
  const { store: first } = await openStore(t, { path });
  const [early, late, claimed] = newDeliveries(3);
  await first.beat('before', 3_600_000);
  await first.enqueue([early!, late!], 'before', credit('lane', 2));
  await first.enqueue([claimed!], 'before', NONE);
  await first.claim('before', credit('lane', 1));
  await first.settle('before', [settlement(early!.id, { status: 'accepted' })]);
  await first.beat('before', 3_600_000);
  await first.close();
  const { store: second } = await openStore(t, { path });
  await second.beat('after', 3_600_000);
  const returned = await second.claim('after', credit('lane', 9));
  assert.deepEqual(new Set(ids(returned)), new Set([late!.id, claimed!.id]));
  const batch = newDeliveries(2);
  await second.settle(
    'after',
    returned.map(({ id }) => settlement(id, { status: 'accepted' })),
  );
  await second.enqueue(batch, 'after', credit('lane', 2));
  await second.settle(
    'after',
    batch.map(({ id }) => settlement(id, { status: 'accepted' })),
  );
  await second.beat('after', 3_600_000);
  await second.close();
  const database = new DatabaseSync(path);
  assert.deepEqual(database.prepare('select * from lease').all(), []);
  database.close();
});

// Regression: each heartbeat examined all records, which took up to 45 ms in a flood.
test('the thread drops the records of settled batches a few at a time, and keeps those of others', async (t) => {
  const path = newPath(t);
  const { store } = await openStore(t, { path });
  await store.beat('node', 3_600_000);
  const [unsettled] = newDeliveries(1);
  await store.enqueue([unsettled!], 'node', credit('lane', 1));
  for (let round = 0; round < 40; round++) {
    const batch = newDeliveries(2);
    await store.enqueue(batch, 'node', credit('lane', 2));
    await store.settle(
      'node',
      batch.map(({ id }) => settlement(id, { status: 'accepted' })),
    );
  }
  await store.close();
  const database = new DatabaseSync(path);
  const records = database
    .prepare('select id from lease left join delivery on seq = first_seq and delivery.owner > 0')
    .all();
  database.close();
  assert.ok(records.length <= 4, `${records.length} records`);
  assert.ok(records.some(({ id }) => id === unsettled!.id));
});
