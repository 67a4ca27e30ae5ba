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

  test('settling a delivery that was leased on enqueue writes no index, and reads no other delivery', async (t) => {
    const { store, query } = await openStore(t);
    const node = fresh('node');
    await store.beat(node, 3_600_000);
    for (let round = 0; round < 12; round++) {
      const batch = newDeliveries(100, { work: JSON.stringify({ body: 'x'.repeat(400) }) });
      await store.enqueue(batch, node, credit('lane', 100));
      await store.settle(
        node,
        batch.map(({ id }) => settlement(id, { status: 'accepted' }, [attempt()])),
      );
    }
    const updates = async () => {
      const [row] = await query(
        `select n_tup_upd::int as updated, n_tup_hot_upd::int as hot, seq_tup_read::int as read from pg_stat_user_tables
         where relid = 'delivery_${DAY.replaceAll('-', '')}'::regclass`,
      );
      return row as { updated: number; hot: number; read: number };
    };
    // The server's statistics lag by about a second.
    let counted = await updates();
    for (let tries = 0; counted.updated < 1_200 && tries < 300; tries++) {
      await sleep(100);
      counted = await updates();
    }
    assert.equal(counted.updated, 1_200);
    assert.ok(counted.hot >= 1_140, `${counted.hot} of 1,200 updates wrote no index`);
    // The server plans a statement for its first five uses, when reading the whole table is cheaper, and then for all.
    // If that plan read it, too, it would read 7,800 deliveries.
    assert.ok(counted.read < 3_000, `${counted.read} deliveries were read without an index`);
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

  test('deliveries of a node of the previous version are found in the partitions of both versions', async (t) => {
    const { schema, query, drop } = await createTestSchema(server.url);
    await query(`create schema ${schema}`);
    await query('create table schema_version (version integer not null)');
    for (const step of MIGRATIONS.slice(0, 5)) await query(step);
    await query('insert into schema_version values (5)');
    await query(`create table delivery_20261122 partition of delivery for values in ('2026-11-22')`);
    const store = await openPostgresStore({ url: server.url, schema });
    t.after(async () => {
      await store.close();
      await drop();
    });
    const node = fresh('node');
    await store.beat(node, 3_600_000);
    const days = ['2026-11-22', '2026-11-23'];
    const ours = days.map((day) => newDelivery({ day, contactId: 'contact' }));
    await store.enqueue(ours, node, credit('lane', 2));

    // Both kinds of partitions have an index for each statement.
    const indexes = async (day: string) =>
      (await query(`select indexdef from pg_indexes where tablename = 'delivery_${day}' order by 1`)).map(
        ({ indexdef }) => /\((.*)\)/.exec(indexdef as string)![1],
      );
    const inBoth = (await indexes('20261122')).filter((index) =>
      index!.startsWith('instance_id, enqueued_at'),
    );
    assert.equal(inBoth.length, 3);
    const old = await indexes('20261122');
    assert.ok(old.includes('id, day') && old.includes('instance_id, contact_id, seq'), old.join('; '));
    const recent = await indexes('20261123');
    assert.ok(
      recent.includes('seq, day') && recent.includes('hashtextextended(contact_id, (0)::bigint), seq'),
      recent.join('; '),
    );
    assert.ok(!recent.includes('id, day') && !old.includes('seq, day'));

    // As the previous version wrote them: the key without the number.
    const [added] = await query(
      `insert into node (name, silent_at) values ('previous', now_ms() + 3600000) returning number`,
    );
    const silent = added!['number'] as number;
    for (const day of days)
      for (const [id, owner] of [
        ['waits', 0],
        ['leased', silent],
        ['failed', 0],
      ] as const) {
        await query(`insert into delivery_key (id, day) values ('${id} ${day}', '${day}')`);
        await query(
          `insert into delivery (id, day, instance_id, contact_id, message_id, lane, status, owner, holder, due_at, expires_at,
             enqueued_at, work, is_undelivered)
           values ('${id} ${day}', '${day}', 'instance', 'contact', 'm', 1, '${id === 'failed' ? 'rejected' : 'queued'}', ${owner},
             ${id === 'waits' ? 0 : null}, now_ms(), now_ms() + 3600000, now_ms(), '{}', ${id === 'failed' ? true : null})`,
        );
        if (id === 'leased')
          await query(`insert into lease values ('${day}', '${day}', ${owner}, '{"${id} ${day}"}')`);
      }
    const named = (name: string) => days.map((day) => `${name} ${day}`);
    assert.deepEqual(ids(await store.claim(node, credit('lane', 9))), named('waits'));
    await store.leave('previous');
    assert.deepEqual(ids(await store.claim(node, credit('lane', 9))), named('leased'));
    for (const id of named('failed')) {
      assert.equal((await store.delivery('instance', id))?.status, 'rejected');
      const replay = { lane: 'lane', expiresInMs: 60_000, work: '{}', reason: 'replayed' };
      assert.equal(await store.replay('instance', id, replay), 'queued');
      assert.equal(await store.withdraw('instance', id, 'withdrawn-on-request'), 'withdrawn');
    }
    const settlements = [
      ...ours,
      ...['waits', 'leased', 'failed'].flatMap((name) => days.map((day) => ({ id: `${name} ${day}`, day }))),
    ].map(({ id, day }) => ({ id, day, attempts: [attempt()], to: { status: 'accepted' as const } }));
    assert.deepEqual(await store.settle(node, settlements), { lost: [] });
    const { items } = await store.deliveries({ instanceId: 'instance', contactId: 'contact' }, { limit: 9 });
    assert.deepEqual(
      items.map(({ status }) => status),
      items.map(() => 'accepted'),
    );
    assert.equal(items.length, 8);
    const kept = await store.everything({ limit: 9, next: '3 ' });
    assert.deepEqual(
      new Set(kept.items.map((item) => item.kind === 'delivery' && item.delivery.id)),
      new Set(settlements.map(({ id }) => id)),
    );
  });
});
