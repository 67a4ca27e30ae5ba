// The two-level index, against a plain map: whatever is added, merged, rolled back, deleted, and reopened.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import {
  createIndexTables,
  mergeMany,
  openHashedIndex,
  registerHash,
  type HashedIndex,
  type IndexDefinition,
} from '../../src/store/sqlite/hashed-index.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { join } from 'node:path';

/** Rows with keys that are their own hashes. */
const OLDEST_FIRST: IndexDefinition = {
  name: 'tested',
  table: 'row',
  columns: ['key'],
  hashOf: Number,
  deletes: 'oldest first',
};
const IN_ANY_ORDER: IndexDefinition = { ...OLDEST_FIRST, deletes: 'in any order' };

/** A table and its index. */
class Indexed {
  readonly #path: string;
  readonly #definition: IndexDefinition;
  #database: DatabaseSync;
  #index: HashedIndex;

  constructor(path: string, definition: IndexDefinition) {
    this.#path = path;
    this.#definition = definition;
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      `create table row (seq integer primary key autoincrement, key text not null) strict; ${createIndexTables(definition)}`,
    );
    registerHash(this.#database, definition);
    this.#index = openHashedIndex(this.#database, definition);
  }

  add(keys: readonly number[]): void {
    const insert = this.#database.prepare('insert into row (key) values (?)');
    const seqs = keys.map((key) => Number(insert.run(String(key)).lastInsertRowid));
    if (seqs.length > 0) this.#index.add(keys, seqs[0]!);
  }
  deleteBefore(seq: number): void {
    this.#delete('seq < ?', seq);
  }
  /** If the definition allows it; the newest rows, too, whose numbers are not used again. */
  deleteEvery(nth: number): void {
    if (this.#definition.deletes === 'in any order') this.#delete('seq % ? = 0', nth);
  }
  #delete(condition: string, value: number): void {
    this.#index.deleted(
      Number(this.#database.prepare(`delete from row where ${condition}`).run(value).changes),
    );
  }
  inTransaction(end: 'commit' | 'rollback', run: () => void): void {
    this.#database.exec('begin immediate');
    run();
    this.#database.exec(end);
    if (end === 'commit') this.#index.committed();
    else this.#index.rolledBack();
  }
  merge(times: number): void {
    for (let time = 0; time < times; time++) this.#index.mergeNext();
  }
  forgetAll(limit: number): void {
    while (this.#index.forget(limit));
  }
  reopen(loadAtMost?: number): void {
    this.#database.close();
    this.#database = new DatabaseSync(this.#path);
    registerHash(this.#database, this.#definition);
    this.inTransaction('commit', () => mergeMany(this.#database, this.#definition, loadAtMost));
    this.#index = openHashedIndex(this.#database, this.#definition);
  }
  close(): void {
    this.#database.close();
  }

  rows(): Map<number, number[]> {
    const rows = new Map<number, number[]>();
    for (const { seq, key } of this.#database.prepare('select seq, key from row order by seq').all())
      rows.set(Number(key), [...(rows.get(Number(key)) ?? []), Number(seq)]);
    return rows;
  }
  #exists = (seq: number) => this.#database.prepare('select 1 from row where seq = ?').get(seq) !== undefined;
  found(key: number): number[] {
    return this.#index.candidates([key]).filter(this.#exists);
  }
  newest(key: number, before = Number.MAX_SAFE_INTEGER): number[] {
    return [...this.#index.newest(key, before)].filter(this.#exists);
  }
  /** Entries in the file, also of deleted rows. */
  entries(): number {
    return Number(this.#database.prepare('select count(*) as n from tested_index').get()?.['n']);
  }
}

function useIndexed<T>(definition: IndexDefinition, run: (indexed: Indexed) => T): T {
  const folder = temporaryFolder();
  const indexed = new Indexed(join(folder.path, 'indexed.db'), definition);
  try {
    return run(indexed);
  } finally {
    indexed.close();
    folder.remove();
  }
}

const key = fc.oneof(
  // The first and the last hash of each slice.
  fc.integer({ min: -32, max: 31 }).map((slice) => slice * 2 ** 42),
  fc.integer({ min: -31, max: 32 }).map((slice) => slice * 2 ** 42 - 1),
  fc.integer({ min: -(2 ** 47), max: 2 ** 47 - 1 }),
);
const change = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(key, { maxLength: 30 }).map((keys) => (indexed: Indexed) => indexed.add(keys)),
  },
  { weight: 2, arbitrary: fc.nat({ max: 70 }).map((times) => (indexed: Indexed) => indexed.merge(times)) },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 200 }).map((seq) => (indexed: Indexed) => indexed.deleteBefore(seq)),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 5 }).map((nth) => (indexed: Indexed) => indexed.deleteEvery(nth)),
  },
);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom('commit', 'commit', 'rollback'), fc.array(change, { maxLength: 4 }))
      .map(([end, changes]) => (indexed: Indexed) => {
        indexed.inTransaction(end, () => changes.forEach((one) => one(indexed)));
      }),
  },
  { weight: 1, arbitrary: fc.constant((indexed: Indexed) => indexed.reopen()) },
  { weight: 1, arbitrary: fc.constant((indexed: Indexed) => indexed.reopen(0)) },
);

describe('the index by hash', () => {
  for (const definition of [OLDEST_FIRST, IN_ANY_ORDER])
    test(`of rows that are deleted ${definition.deletes} finds exactly those that exist, the newest first, after any changes`, () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), (steps) =>
          useIndexed(definition, (indexed) => {
            for (const run of steps) {
              run(indexed);
              for (const [key, seqs] of indexed.rows()) {
                assert.deepEqual(new Set(indexed.found(key)), new Set(seqs));
                assert.equal(indexed.found(key).length, seqs.length);
                assert.deepEqual(indexed.newest(key), seqs.toReversed());
                assert.deepEqual(indexed.newest(key, seqs.at(-1)), seqs.slice(0, -1).toReversed());
              }
            }
          }),
        ),
        { numRuns: 60 },
      );
    });

  const keys = Array.from({ length: 30_000 }, (_, number) => (number * 7_919 * 2 ** 24) % 2 ** 47);

  test('removes the entries of deleted rows, a few at a time', () => {
    useIndexed(OLDEST_FIRST, (indexed) => {
      indexed.inTransaction('commit', () => indexed.add(keys));
      indexed.reopen(0);
      assert.equal(indexed.entries(), 30_000);
      indexed.deleteBefore(1_001);
      indexed.forgetAll(100);
      assert.equal(indexed.entries(), 29_000, 'after a start, any row may have been deleted');
      indexed.deleteBefore(11_000);
      indexed.forgetAll(100);
      assert.equal(indexed.entries(), 29_000, 'not worthwhile yet');
      indexed.deleteBefore(20_001);
      indexed.forgetAll(100);
      assert.equal(indexed.entries(), 10_000);
      assert.deepEqual(indexed.found(keys[25_000]!), [25_001]);
    });
  });

  test('removes those of rows that were deleted in any order, beside an old row that stays', () => {
    useIndexed(IN_ANY_ORDER, (indexed) => {
      indexed.inTransaction('commit', () => indexed.add(keys));
      indexed.reopen(0);
      indexed.deleteEvery(2);
      indexed.forgetAll(100);
      assert.equal(indexed.entries(), 15_000);
      assert.deepEqual(indexed.found(keys[0]!), [1]);
      assert.deepEqual(indexed.found(keys[1]!), []);
    });
  });

  // A contact with more deliveries than one step examines kept housekeeping busy for ever.
  test('goes on behind a hash with more entries than one step examines', () => {
    useIndexed(OLDEST_FIRST, (indexed) => {
      indexed.inTransaction('commit', () => indexed.add([...Array(11_000).fill(5), 6, 7]));
      indexed.reopen(0);
      indexed.deleteBefore(11_000);
      indexed.forgetAll(100);
      assert.equal(indexed.entries(), 3);
    });
  });
});
