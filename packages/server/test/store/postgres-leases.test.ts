// Leases on PostgreSQL: where they are recorded, the cost of settling them, and their migration from an older schema.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { registrationIdsOf } from '../../src/store/registration-id.ts';
import { MIGRATIONS } from '../../src/store/postgres/migrations.ts';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.ts';
import {
  attempt,
  credit,
  DAY,
  fresh,
  ids,
  newDeliveries,
  newDelivery,
  settlement,
} from './conformance/harness.ts';
import { createTestSchema } from './postgres-schema.ts';
import { startPostgres } from './postgres-server.ts';
import type { PostgresServer } from './postgres-server.ts';

describe('leases on PostgreSQL', () => {
  let server: PostgresServer;
  before(async () => {
    server = await startPostgres({}, { clockOfMachine: true });
  });
  after(() => server.close());

  async function openStore(t: TestContext) {
    const schema = await createTestSchema(server.url);
    const store = await openPostgresStore({ url: server.url, schema: schema.schema });
    t.after(async () => {
      await store.close();
      await schema.drop();
    });
    return { store, ...schema };
  }

  test('the record of a batch is removed by the first beat after the whole batch is settled', async (t) => {
    const { store, query } = await openStore(t);
    const node = fresh('node');
    await store.beat(node, 3_600_000);
    const batch = newDeliveries(3);
    await store.enqueue(batch, node, credit('lane', 2));
    const notes = () => query('select owner, ids from lease');
    assert.deepEqual(
      (await notes()).map((note) => note['ids']),
      [ids(batch).slice(0, 2)],
    );
    const settle = (index: number) =>
      store.settle(node, [settlement(batch[index]!.id, { status: 'accepted' }, [attempt()])]);
    await settle(0);
    await store.beat(node, 3_600_000);
    assert.equal((await notes()).length, 1);
    await settle(1);
    await store.beat(node, 3_600_000);
    assert.deepEqual(await notes(), []);
  });

  test('after a lost settlement the record remains, so that its delivery is returned', async (t) => {
    const { store, query, setClockAhead } = await openStore(t);
    const [silent, other] = [fresh('node'), fresh('node')];
    await store.beat(silent, 10_000);
    const delivery = newDelivery();
    await store.enqueue([delivery], silent, credit('lane', 1));
    await setClockAhead(11_000);
    const { lost } = await store.settle(silent, [settlement(delivery.id, { status: 'expired' })]);
    assert.deepEqual(lost, [delivery.id]);
    await store.beat(other, 10_000);
    assert.deepEqual(ids(await store.claim(other, credit('lane', 1))), [delivery.id]);
    assert.deepEqual(await query('select 1 from lease'), []);
  });

  test('settling a delivery that was leased on enqueue writes no index', async (t) => {
    const { store, query } = await openStore(t);
    const node = fresh('node');
    await store.beat(node, 3_600_000);
    for (let round = 0; round < 4; round++) {
      const batch = newDeliveries(100, { work: JSON.stringify({ body: 'x'.repeat(400) }) });
      await store.enqueue(batch, node, credit('lane', 100));
      await store.settle(
        node,
        batch.map(({ id }) => settlement(id, { status: 'accepted' }, [attempt()])),
      );
    }
    const updates = async () => {
      const [row] = await query(
        `select n_tup_upd::int as updated, n_tup_hot_upd::int as hot from pg_stat_user_tables
         where relid = 'delivery_${DAY.replaceAll('-', '')}'::regclass`,
      );
      return row as { updated: number; hot: number };
    };
    // The server's statistics lag by about a second.
    let counted = await updates();
    for (let tries = 0; counted.updated < 400 && tries < 300; tries++) {
      await sleep(100);
      counted = await updates();
    }
    assert.equal(counted.updated, 400);
    assert.ok(counted.hot >= 380, `${counted.hot} of 400 updates wrote no index`);
  });

  test('a schema of the first version is migrated with its contacts and its waiting, leased and ended deliveries', async (t) => {
    const { schema, query, setClockAhead, drop } = await createTestSchema(server.url);
    await query(`create schema ${schema}`);
    await query('create table schema_version (version integer not null)');
    await query(MIGRATIONS[0]!);
    await query('insert into schema_version values (1)');
    await query(`create table delivery_20261122 partition of delivery for values in ('${DAY}')`);
    await query(`insert into lane (name) values ('lane')`);
    await query(`insert into node (name, silent_at) values ('old', now_ms() + 10000)`);
    for (const [id, status, owner] of [
      ['waited', 'queued', 0],
      ['leased', 'queued', 1],
      ['ended', 'accepted', 0],
    ]) {
      await query(`insert into delivery_key values ('${id}', '${DAY}')`);
      await query(
        `insert into delivery (id, day, instance_id, contact_id, message_id, lane, status, owner, due_at, expires_at,
           enqueued_at, work)
         values ('${id}', '${DAY}', 'instance', 'contact', 'm', 1, '${status}', ${owner}, now_ms(), now_ms() + 3600000,
           now_ms(), '{}')`,
      );
    }
    // Some have characters of two UTF-16 units.
    const contacts = ['one', 'zwei 👋👋', 'три', "'"];
    for (const contactId of contacts)
      await query(`insert into contact values ('instance', '${contactId.replace("'", "''")}', 1, '{}')`);
    const store = await openPostgresStore({ url: server.url, schema });
    t.after(async () => {
      await store.close();
      await drop();
    });
    for (const contactId of contacts) {
      const [id = ''] = registrationIdsOf(contactId, 7);
      assert.equal((await store.registered('instance', id))?.contactId, contactId);
    }
    const node = fresh('node');
    await store.beat(node, 3_600_000);
    assert.deepEqual(ids(await store.claim(node, credit('lane', 9))), ['waited']);
    await setClockAhead(11_000);
    assert.deepEqual(ids(await store.claim(node, credit('lane', 9))), ['leased']);
    const again = ['waited', 'leased', 'ended'].map((id) => newDelivery({ id }));
    assert.deepEqual(
      (await store.enqueue(again, node, new Map())).map(({ state }) => state),
      ['known', 'known', 'known'],
    );
    await store.settle(
      node,
      ['waited', 'leased'].map((id) => settlement(id, { status: 'accepted' }, [attempt()])),
    );
    const { items } = await store.deliveries({ instanceId: 'instance', contactId: 'contact' }, { limit: 9 });
    assert.deepEqual(
      items.map(({ id, status }) => `${id} ${status}`),
      ['ended accepted', 'leased accepted', 'waited accepted'],
    );
  });
});
