// A settlement that the store refuses must not block the others: all applications of a node share one queue.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createSettler } from '../../src/delivery/settler.ts';
import type { Settlement, Store } from '../../src/store/store.ts';
import { newDeliveries } from '../store/conformance/harness.ts';
import { newPath, openStore } from '../store/sqlite-file.ts';

const NODE = 'node';
const attempt = { at: 1, outcome: 'accepted', gateway: 'apns', answer: '200' } as const;

async function openLeased(store: Store, count: number) {
  await store.beat(NODE, 3_600_000);
  const deliveries = newDeliveries(count);
  await store.enqueue(deliveries, NODE, new Map([['lane', count]]));
  return deliveries;
}

function collect(store: Store) {
  const failures: { what: string; message: string }[] = [];
  const settler = createSettler(store, () => NODE, {
    stored: () => {},
    failed: (what, error) => failures.push({ what, message: String(error) }),
  });
  return { settler, failures };
}

const logOf = async (store: Store) =>
  (await store.deliveries({ instanceId: 'instance', contactId: 'contact' }, { limit: 1_000 })).items;

test('a settlement that the store refuses is stored without its attempts, and all others unchanged', async (t) => {
  // Regression: a gateway's Retry-After of 1e23 milliseconds blocked all settlements in its batch, which were retried every 250
  // ms.
  const { store } = await openStore(t);
  const deliveries = await openLeased(store, 300);
  const { settler, failures } = collect(store);
  for (const [index, { id, day }] of deliveries.entries()) {
    const to: Settlement['to'] =
      index === 123 ? { status: 'queued', dueInMs: 1e23, reason: 'Busy' } : { status: 'accepted' };
    settler.add({ id, day, attempts: [attempt], to });
  }
  await settler.flush(10_000);
  const refused = deliveries[123]!.id;
  const entries = await logOf(store);
  assert.equal(entries.length, 300);
  for (const { id, status, reason, attemptCount } of entries)
    assert.deepEqual(
      [status, reason, attemptCount],
      id === refused ? ['queued', 'not-recorded', 0] : ['accepted', undefined, 1],
    );
  assert.deepEqual(
    failures.map(({ what }) => what),
    [`settle delivery ${refused}`],
  );
  assert.match(failures[0]!.message, /"dueInMs":1e\+23,"reason":"Busy"/);
});

test('a settlement that the store refuses in any form is set aside, counted, and reported at the end', async (t) => {
  const path = newPath(t);
  const { store: first } = await openStore(t, { path });
  const deliveries = await openLeased(first, 5);
  await first.close();
  const database = new DatabaseSync(path);
  database.prepare(`update delivery set attempts = 'damaged' where id = ?`).run(deliveries[2]!.id);
  database.close();
  const { store } = await openStore(t, { path });
  const { settler, failures } = collect(store);
  const settle = ({ id, day }: { id: string; day: string }): void =>
    settler.add({ id, day, attempts: [attempt], to: { status: 'accepted' } });
  for (const delivery of deliveries) settle(delivery);
  const missed = assert.rejects(settler.flush(10_000), /^Error: 1 settlements could not be stored$/);
  await missed;
  assert.deepEqual([settler.pending, settler.aside], [0, 1]);
  assert.deepEqual(
    failures.map(({ what }) => what),
    [`settle delivery ${deliveries[2]!.id}`, `settle delivery ${deliveries[2]!.id} without its attempts`],
  );
  await store.close();
  const after = new DatabaseSync(path, { readOnly: true });
  const rows = after.prepare('select status from delivery order by seq').all();
  after.close();
  assert.deepEqual(
    rows.map(({ status }) => status),
    ['accepted', 'accepted', 'queued', 'accepted', 'accepted'],
  );
});
