// The level of the index that is in memory, against a plain list that is copied at every commit.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { RecentEntries, SLICE_WIDTH, SLICES } from '../../src/store/sqlite/recent-entries.ts';

type Entry = readonly [hash: number, seq: number];

const FIRST_SEQ = 4_000_000_000;
/** Hashes at both ends of slices, of which several are in one bucket. */
const HASHES = [-SLICES / 2, -1, 0, 7, SLICES / 2 - 1].flatMap((slice) =>
  [0, 1, 5_000_000_000, SLICE_WIDTH - 1].map((offset) => slice * SLICE_WIDTH + offset),
);

class Checked {
  readonly #recent = new RecentEntries(FIRST_SEQ - 1);
  #entries: Entry[] = [];
  #committed: Entry[] = [];
  #next = FIRST_SEQ;
  #committedNext = FIRST_SEQ;

  add(hashes: readonly number[]): void {
    this.#recent.add(hashes, this.#next);
    this.#entries.push(...hashes.map((hash): Entry => [hash, this.#next++]));
  }
  take(slice: number): void {
    const flat = this.#recent.take(slice);
    const taken = Array.from({ length: flat.length / 2 }, (_, at): Entry => [
      flat[2 * at]!,
      flat[2 * at + 1]!,
    ]);
    const isIn = ([hash]: Entry) => Math.floor(hash / SLICE_WIDTH) === slice;
    const bySeq = (one: Entry, other: Entry) => one[1] - other[1];
    assert.deepEqual(taken.sort(bySeq), this.#entries.filter(isIn));
    this.#entries = this.#entries.filter((entry) => !isIn(entry));
  }
  commit(): void {
    this.#recent.committed();
    this.#committed = [...this.#entries];
    this.#committedNext = this.#next;
  }
  rollback(): void {
    this.#recent.rolledBack();
    this.#entries = [...this.#committed];
    this.#next = this.#committedNext;
  }
  check(): void {
    const bySeq = Map.groupBy(this.#entries, ([hash]) => hash);
    for (const hash of HASHES) {
      const expected = (bySeq.get(hash) ?? []).map(([, seq]) => seq).toReversed();
      assert.deepEqual(this.#recent.find([hash]), expected);
    }
    assert.equal(this.#recent.find(HASHES).length, this.#entries.length);
  }
}

/** The ring begins with 4,096 places. */
const SIZES = [1, 20, 1_500, 4_097];
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.array(fc.constantFrom(...HASHES), { minLength: 1, maxLength: 20 }), fc.constantFrom(...SIZES))
      .map(([hashes, size]) => (checked: Checked) => {
        checked.add(Array.from({ length: size }, (_, index) => hashes[index % hashes.length]!));
      }),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(-SLICES / 2, -1, 0, 7, 8, SLICES / 2 - 1)
      .map((slice) => (checked: Checked) => checked.take(slice)),
  },
  // Everything taken, so that the ring is used again from its beginning.
  {
    weight: 1,
    arbitrary: fc.constant((checked: Checked) => {
      for (let slice = -SLICES / 2; slice < SLICES / 2; slice++) checked.take(slice);
      checked.commit();
    }),
  },
  { weight: 2, arbitrary: fc.constant((checked: Checked) => checked.commit()) },
  { weight: 2, arbitrary: fc.constant((checked: Checked) => checked.rollback()) },
);

describe('the recent entries of an index', () => {
  test('are those that were added and not taken, whatever is rolled back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40, size: 'max' }), (steps) => {
        const checked = new Checked();
        for (const run of steps) run(checked);
        checked.check();
      }),
      { numRuns: 150 },
    );
  });

  test('take no more memory after a million rows than after 64,000', () => {
    const recent = new RecentEntries(0);
    const bytes: number[] = [];
    for (let seq = 1, step = 0; seq <= 1_000_000; seq += 1_000, step++) {
      const hashes = Array.from({ length: 1_000 }, (_, index) => HASHES[index % HASHES.length]!);
      recent.add(hashes, seq);
      recent.take((step % SLICES) - SLICES / 2);
      recent.committed();
      bytes.push(process.memoryUsage().arrayBuffers);
    }
    // The lowest values are those right after a garbage collection.
    const least = (from: number) => Math.min(...bytes.slice(from, from + 200));
    const grownMb = (least(800) - least(SLICES)) / 1_048_576;
    assert.ok(grownMb < 4, `${grownMb} MB more`);
  });
});
