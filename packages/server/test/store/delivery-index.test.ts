// How deliveries are found on SQLite: rows that share a hash, rows that were rolled back, and files cut anywhere.
import assert from 'node:assert/strict';
import { copyFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { openDatabase } from '../../src/store/sqlite/database.ts';
import { contactHash, openDeliveryIndex } from '../../src/store/sqlite/delivery-index.ts';
import { packEntries, packSettlements } from '../../src/store/sqlite/flat.ts';
import { runGroup } from '../../src/store/sqlite/group.ts';
import type { Call, Verb } from '../../src/store/sqlite/protocol.ts';
import { createConnection } from '../../src/store/sqlite/verbs.ts';
import type { Enqueued, Settlement } from '../../src/store/store.ts';
import { credit, ids, newDeliveries, newDelivery, settlement } from './conformance/harness.ts';
import { openStore } from './sqlite-file.ts';
import { temporaryFolder } from './temporary-folder.ts';

const NOW = Date.UTC(2026, 10, 22);
const NONE = new Map<string, number>();
/** Contacts of `instance` whose hashes are the same 48 bits, found by trying 50 million. */
const SAME_HASH = ['bca06eba0fc4', '4c03c4a19851'] as const;

/** The worker's connection, and calls as groups of their own or together. */
function connect(path: string) {
  const database = openDatabase({ path, synchronous: 'OFF', nowMs: NOW });
  const connection = createConnection(database);
  let seq = 0;
  const call = (verb: Verb, ...parameters: readonly unknown[]): Call => ({
    seq: ++seq,
    verb,
    moment: { now: NOW, monotonic: 0 },
    parameters,
  });
  return {
    database,
    run: (...calls: Call[]) => runGroup(connection, calls),
    beat: () => call('beat', 'node', 3_600_000),
    enqueue: (entries: readonly Enqueued[], room: ReadonlyMap<string, number> = NONE) =>
      call('enqueue', packEntries(entries), 'node', room),
    settle: (...settlements: Settlement[]) => call('settle', 'node', packSettlements(settlements)),
  };
}

describe('deliveries on SQLite', () => {
  test('whose ids share a hash are told apart', async (t) => {
    const { store } = await openStore(t);
    const [one, other, third] = ['1', '2', '3'].map((end) =>
      newDelivery({ id: `01234567-89ab-8000-8000-00000000000${end}` }),
    );
    await store.beat('node', 3_600_000);
    const stateOf = async (delivery: Enqueued) => (await store.enqueue([delivery], 'node', NONE))[0]!.state;
    assert.equal(await stateOf(one!), 'queued');
    assert.equal(await stateOf(other!), 'queued');
    assert.equal(await stateOf(one!), 'known');
    assert.equal(await store.withdraw('instance', other!.id, 'stop'), 'withdrawn');
    assert.equal((await store.delivery('instance', one!.id))?.status, 'queued');
    assert.equal(await store.delivery('instance', third!.id), undefined);
    assert.equal(await store.withdraw('instance', third!.id, 'stop'), 'unknown');
  });

  test('of contacts that share a hash are in separate logs, page by page', async (t) => {
    const [hash, same] = SAME_HASH.map((contactId) => contactHash('instance', contactId));
    assert.equal(hash, same);
    const { store } = await openStore(t);
    const [first, second] = SAME_HASH.map((contactId) => newDeliveries(5, { contactId }));
    const mixed = first!.flatMap((delivery, index) => [delivery, second![index]!]);
    await store.enqueue(mixed, 'node', NONE);
    for (const [contactId, batch] of [
      [SAME_HASH[0], first!],
      [SAME_HASH[1], second!],
    ] as const) {
      const found: string[] = [];
      let next: string | undefined;
      do {
        const page = await store.deliveries(
          { instanceId: 'instance', contactId },
          { limit: 2, ...(next !== undefined && { next }) },
        );
        found.push(...ids(page.items));
        ({ next } = page);
      } while (next !== undefined);
      assert.deepEqual(found, ids(batch).toReversed());
    }
  });

  test('that were rolled back leave nothing: their rows are given to others, which keep their own results', () => {
    using folder = temporaryFolder();
    const { database, run, beat, enqueue, settle } = connect(join(folder.path, 'chatpush.db'));
    run(beat());
    const [lost, stored] = newDeliveries(2);
    const wrong = { ...newDelivery(), work: {} as string };
    const results = run(enqueue([lost!, wrong], credit('lane', 9)), enqueue([stored!], credit('lane', 9)));
    assert.deepEqual(
      results.map((result) => 'value' in result),
      [false, true],
    );
    const rejected = { status: 'rejected', reason: 'invalid' } as const;
    assert.deepEqual(run(settle(settlement(lost!.id, rejected))), [
      { seq: results[1]!.seq + 1, value: { lost: [lost!.id] } },
    ]);
    const states = () => database.prepare('select id, status from delivery').all().map(Object.values);
    assert.deepEqual(states(), [[stored!.id, 'queued']]);
    run(settle(settlement(stored!.id, { status: 'accepted' })));
    assert.deepEqual(states(), [[stored!.id, 'accepted']]);
    database.close();
  });

  test('are all found, and once, wherever the WAL is cut between and within commits', () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'chatpush.db');
    const { database, run, beat, enqueue, settle } = connect(path);
    run(beat());
    database.exec('pragma wal_autocheckpoint = 0');
    const contacts = Array.from({ length: 200 }, (_, number) => `contact-${number}`);
    const cuts: number[] = [];
    for (let round = 0; round < 8; round++) {
      const batch = contacts.flatMap((contactId) => newDeliveries(3, { contactId }));
      run(enqueue(batch, credit('lane', 600)));
      run(settle(...batch.map(({ id }) => settlement(id, { status: 'accepted' }))));
      // Some are lost with their transaction, merge included.
      if (round % 4 === 0) run(enqueue([...newDeliveries(600), { ...newDelivery(), work: {} as string }]));
      const size = statSync(`${path}-wal`).size;
      cuts.push(size, size - 6_000);
    }
    for (const [number, size] of cuts.entries()) {
      const copy = join(folder.path, `cut-${number}.db`);
      copyFileSync(path, copy);
      copyFileSync(`${path}-wal`, `${copy}-wal`);
      truncateSync(`${copy}-wal`, size);
      const cut = openDatabase({ path: copy, synchronous: 'OFF', nowMs: NOW });
      const index = openDeliveryIndex(cut);
      const rows = cut.prepare('select seq, id, contact_id as contactId from delivery order by seq').all();
      if (number === cuts.length - 2) assert.equal(rows.length, 8 * 600);
      for (const { seq, id } of rows)
        if (Number(seq) % cuts.length === number) assert.equal(index.find(String(id)), seq);
      const byContact = Map.groupBy(rows, (row) => String(row['contactId']));
      for (const [contactId, own] of byContact) {
        const found = [...index.ofContact('instance', contactId, Number.MAX_SAFE_INTEGER)];
        assert.deepEqual(found, own.map(({ seq }) => seq).toReversed());
      }
      cut.close();
    }
    const merged = database.prepare('select count(*) as rows from delivery_id_index').get()?.['rows'];
    assert.ok(Number(merged) > 0, 'something was merged');
    database.close();
  });
});
