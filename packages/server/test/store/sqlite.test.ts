import assert from 'node:assert/strict';
import { closeSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { registrationIdsOf } from '../../src/store/registration-id.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { LONGEST_DELAY_MS } from '../../src/store/clock-step.ts';
import { RETENTION, StoreUnavailableError } from '../../src/store/store.ts';
import { WAITING_LIMIT } from '../../src/store/waiting-limit.ts';
import { runAcknowledging } from './acknowledging-process.ts';
import { conformance } from './conformance.ts';
import {
  contactChange,
  counts,
  credit,
  ids,
  newDeliveries,
  newDelivery,
  settlement,
} from './conformance/harness.ts';
import { newPath, openStore } from './sqlite-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NONE = new Map<string, number>();
const MEGABYTE = 1024 * 1024;

/** A manual clock. */
function createClock() {
  let time = Date.UTC(2026, 10, 22, 12);
  let setBackMs = 0;
  return {
    now: () => time - setBackMs,
    monotonic: () => time,
    advance: (ms: number) => void (time += ms),
    setBack: (ms: number) => void (setBackMs += ms),
  };
}

conformance({
  name: 'SQLite',
  async open() {
    const folder = temporaryFolder();
    const clock = createClock();
    const store = await openSqliteStore({ path: join(folder.path, 'chatpush.db'), clock });
    return {
      stores: [store, store],
      advance: async (ms) => clock.advance(ms),
      setBack: async (ms) => clock.setBack(ms),
      async close() {
        await store.close();
        folder.remove();
      },
    };
  },
});

/** Some have characters of two UTF-16 units. */
const CONTACTS = ['one', 'zwei 👋👋', 'три', ''];

describe('a SQLite file', () => {
  test('is opened by one process at a time, and the second is told so', async (t) => {
    const path = join(newPath(t), 'deep', 'down', 'chatpush.db');
    const { store } = await openStore(t, { path });
    const { said, exitCode } = await runAcknowledging({ path, rounds: 1, atOnce: 1 });
    assert.deepEqual(said, [
      `The database ${path} is in use by another process, and only one process may open it: stop that process, or set another CHATPUSH_STORE for this one.`,
    ]);
    assert.equal(exitCode, 1);
    await store.close();
    const { acknowledged } = await runAcknowledging({ path, rounds: 1, atOnce: 1 });
    assert.equal(acknowledged.length, 1);
  });

  test('of a newer schema is refused with an explanation and left unchanged', async (t) => {
    const path = newPath(t);
    await (await openStore(t, { path })).store.close();
    const database = new DatabaseSync(path);
    database.exec(`pragma user_version = ${MIGRATIONS.length + 1}`);
    database.close();
    await assert.rejects(
      openSqliteStore({ path }),
      new RegExp(
        `was written by a newer chatpush \\(schema ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length}\\)`,
      ),
    );
  });

  test('of an earlier schema finds its contacts by registration ids after the upgrade', async (t) => {
    const path = newPath(t);
    const database = new DatabaseSync(path);
    for (const step of MIGRATIONS.slice(0, 3)) database.exec(step);
    const insert = database.prepare(
      `insert into contact (instance_id, contact_id, version, body) values ('instance', ?, 1, '{}')`,
    );
    for (const contactId of CONTACTS) insert.run(contactId);
    database.exec('pragma user_version = 3');
    database.close();
    const { store } = await openStore(t, { path });
    for (const contactId of CONTACTS) {
      const [id = ''] = registrationIdsOf(contactId, 7);
      assert.equal((await store.registered('instance', id))?.contactId, contactId);
    }
    await store.close();
  });

  test('of the schema before the index by hash keeps every delivery after the upgrade, and its numbers go on', async (t) => {
    const path = newPath(t);
    const database = new DatabaseSync(path);
    database.function('locator_key', (contactId) => Number(contactId !== null));
    for (const step of MIGRATIONS.slice(0, 5)) database.exec(step);
    const insert = database.prepare(
      `insert into delivery (id, day, instance_id, contact_id, message_id, registration_id, lane, status, owner, enqueued_at, attempt_count,
         due_at, expires_at, work, is_undelivered, holder) values (?, ?, 'instance', ?, 'm', 'r', ?, ?, 0, ?, 0, ?, ?, ?, ?, ?)`,
    );
    database.exec(`insert into lane (number, name) values (1, 'lane')`);
    const now = Date.now();
    const batch = newDeliveries(40, { contactId: 'kept' });
    const statuses = ['queued', 'accepted', 'expired', 'skipped'];
    const statusOf = (index: number) => statuses[index % statuses.length]!;
    batch.forEach(({ id, day }, index) => {
      const status = statusOf(index);
      const isOpen = status === 'queued';
      const isKept = status === 'expired';
      insert.run(
        id,
        day,
        'kept',
        status === 'skipped' ? 0 : 1,
        status,
        now + index,
        isOpen ? now : null,
        now + 3_600_000,
        isOpen || isKept ? '{}' : null,
        isKept ? 1 : null,
        isOpen ? 0 : null,
      );
    });
    // The newest row was deleted: its number must not be used again.
    database.exec('delete from delivery where seq = 40; pragma user_version = 5');
    database.close();

    const told: string[] = [];
    const { store } = await openStore(t, { path, onUpgrade: (sentence) => told.push(sentence) });
    assert.match(
      told.join(),
      /^Upgrading the tables in .*, which has 39 deliveries, 0 contacts and 0 claims/,
    );
    await store.beat('node', 3_600_000);
    const kept = batch.slice(0, 39);
    const states = await store.enqueue([...kept, newDelivery({ contactId: 'kept' })], 'node', NONE);
    assert.deepEqual(
      states.map(({ state }) => state),
      [...kept.map(() => 'known'), 'queued'],
    );
    const log = await store.deliveries({ instanceId: 'instance', contactId: 'kept' }, { limit: 100 });
    assert.deepEqual(ids(log.items).slice(1), ids(kept).toReversed());
    assert.deepEqual(
      log.items.slice(1).map(({ status }) => status),
      kept.map((_, index) => statusOf(index)).toReversed(),
    );
    assert.deepEqual(await counts(store, 99), new Map([['lane', 11]]));
    const undelivered = await store.instanceDeliveries(
      { instanceId: 'instance', status: 'undelivered' },
      { limit: 99 },
    );
    assert.equal(undelivered.items.length, 10);
    const replay = { lane: 'lane', expiresInMs: 1000, work: '{}', reason: 'replayed' };
    assert.equal(await store.replay('instance', batch[2]!.id, replay), 'queued');
    await store.close();
    const after = new DatabaseSync(path);
    assert.equal(after.prepare('select max(seq) as newest from delivery').get()?.['newest'], 41);
    after.close();
  });

  test('that is not a database is refused and left unchanged', async (t) => {
    const path = newPath(t);
    writeFileSync(path, 'This is somebody else’s file.'.repeat(1000));
    const { size } = statSync(path);
    await assert.rejects(
      openStore(t, { path }),
      /is not a SQLite database: name another file with CHATPUSH_STORE/,
    );
    assert.equal(statSync(path).size, size);
  });

  test('has everything waiting due if the clock was set back before it is opened', async (t) => {
    const path = newPath(t);
    const clock = createClock();
    const { store: before } = await openStore(t, { path, clock });
    const [leased, waits, later] = newDeliveries(3);
    await before.beat('before', 10_000);
    await before.enqueue([leased!, later!], 'before', credit('lane', 2));
    await before.settle('before', [settlement(later!.id, { status: 'queued', dueInMs: 5_000 })]);
    await before.enqueue([waits!], 'before', NONE);
    await before.close();
    clock.setBack(3_600_000);
    const { store: after } = await openStore(t, { path, clock });
    await after.beat('after', 10_000);
    assert.deepEqual(await counts(after, 9), new Map([['lane', 3]]));
    await after.close();
  });

  test('has nothing due later than the longest delay after it is opened', async (t) => {
    const path = newPath(t);
    const clock = createClock();
    const { store: before } = await openStore(t, { path, clock });
    const [one, other] = newDeliveries(2);
    await before.beat('before', 10_000);
    await before.enqueue([one!, other!], 'before', credit('lane', 2));
    await before.settle('before', [
      settlement(one!.id, { status: 'queued', dueInMs: LONGEST_DELAY_MS }),
      // As written by a process whose clock is a year ahead.
      settlement(other!.id, { status: 'queued', dueInMs: 365 * 86_400_000 }),
    ]);
    await before.close();
    const { store: after } = await openStore(t, { path, clock });
    await after.beat('after', 10_000);
    assert.deepEqual(await counts(after, 9), new Map([['lane', 1]]));
    assert.deepEqual(ids(await after.claim('after', credit('lane', 9))), [other!.id]);
    await after.close();
  });

  test('that is damaged ends the store: the call fails, the owner is notified, later calls fail, too', async (t) => {
    const path = newPath(t);
    const { store: before } = await openStore(t, { path });
    const contacts = Array.from({ length: 500 }, () => contactChange({ body: 'x'.repeat(1000) }));
    for (const contact of contacts) await before.commit({ contact });
    await before.close();
    // An index that is not read at start.
    const database = new DatabaseSync(path);
    const pages = database.prepare(`select pageno from dbstat where name = 'contact_key'`).all();
    database.close();
    const file = openSync(path, 'r+');
    for (const { pageno } of pages)
      writeSync(file, Buffer.alloc(4096, 0xff), 0, 4096, (Number(pageno) - 1) * 4096);
    closeSync(file);

    const { promise: fatal, resolve: onFatal } = Promise.withResolvers<Error>();
    const { store } = await openStore(t, { path, onFatal });
    await assert.rejects(store.contacts(contacts), StoreUnavailableError);
    assert.match((await fatal).message, /chatpush\.db failed: database disk image is malformed/);
    await assert.rejects(store.enqueue(newDeliveries(1), 'node', NONE), StoreUnavailableError);
    await store.close();
  });

  test('that is full refuses writes, and resumes by itself when there is space', async (t) => {
    const clock = createClock();
    const path = newPath(t);
    const { store } = await openStore(t, { path, clock, maxBytes: 2 * MEGABYTE });
    const enqueue = (count = 50) =>
      store.enqueue(newDeliveries(count, { work: 'x'.repeat(1000) }), 'node', NONE);
    let stored = 0;
    await assert.rejects(async () => {
      for (;;) stored += (await enqueue()).length;
    }, new StoreUnavailableError('database or disk is full'));
    assert.ok(stored >= 500, `${stored} fitted`);
    assert.deepEqual(await store.contacts([contactChange()]), [undefined]);
    clock.advance(RETENTION.deliveryMs + 2 * 86_400_000);
    while (await store.sweep(100));
    assert.equal((await enqueue()).length, 50);
    await store.close();
  });
});

describe('the queue before the SQLite thread', () => {
  test('is bounded in calls and bytes, but calls that reduce the store’s work are never refused', async (t) => {
    const { store } = await openStore(t);
    const calls = Array.from({ length: WAITING_LIMIT.calls + 5 }, () => store.ended(0));
    const beat = store.beat('node', 10_000);
    const results = await Promise.allSettled(calls);
    const refused = results.filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 5);
    for (const result of refused) {
      assert.ok(result.status === 'rejected' && result.reason instanceof StoreUnavailableError);
    }
    assert.equal(await beat, 'alive');

    const work = 'x'.repeat(WAITING_LIMIT.bytes / 2);
    const heavy = [newDelivery({ work }), newDelivery({ work }), newDelivery({ work })];
    const outcomes = await Promise.allSettled(heavy.map((one) => store.enqueue([one], 'node', NONE)));
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected'],
    );
    assert.equal((await store.enqueue([newDelivery()], 'node', NONE)).length, 1, 'and there is room again');
    await store.close();
  });

  test('close finishes pending calls, refuses later ones, and may be repeated', async (t) => {
    const path = newPath(t);
    const { store } = await openStore(t, { path });
    const contacts = Array.from({ length: 300 }, () => contactChange());
    const commits = contacts.map((contact) => store.commit({ contact }));
    const closed = store.close();
    await assert.rejects(store.contacts(contacts), new StoreUnavailableError('The store is closed.'));
    assert.deepEqual(new Set(await Promise.all(commits)), new Set(['committed']));
    await Promise.all([closed, store.close()]);
    const { store: again } = await openStore(t, { path });
    assert.ok((await again.contacts(contacts)).every((contact) => contact?.version === 1));
    await again.close();
  });
});
