// Items by ascending number, compared with a Map.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Numbered } from '../src/collections/numbered.ts';

type Step =
  | { readonly kind: 'add'; readonly skipped: number }
  | { readonly kind: 'delete' | 'get'; readonly ago: number }
  | { readonly kind: 'clear' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('add' as const), skipped: fc.nat(3) }) },
  // Far apart, so that there must be more slots.
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), skipped: fc.nat(3_000) }) },
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constantFrom('delete' as const, 'get' as const), ago: fc.nat(40) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'clear' as const }) },
);

test('a random sequence of calls has the same results as with a Map', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 33), fc.array(step, { maxLength: 300 }), (first, steps) => {
      const numbered = new Numbered<string>();
      const model = new Map<number, string>();
      let last = first;
      for (const one of steps) {
        if (one.kind === 'add') {
          last += 1 + one.skipped;
          numbered.add(last, `item ${last}`);
          model.set(last, `item ${last}`);
        } else if (one.kind === 'clear') {
          numbered.clear();
          model.clear();
        } else {
          // Often one that is there, otherwise a number between or beyond them.
          const number = [...model.keys()][one.ago] ?? last + 5 - one.ago;
          assert.equal(numbered.get(number), model.get(number));
          if (one.kind === 'get') continue;
          numbered.delete(number);
          model.delete(number);
        }
        // Numbers that share a slot with one that is there.
        for (const apart of [-4_096, -1_024, 1_024, 4_096])
          assert.equal(numbered.get(last + apart), model.get(last + apart));
        assert.equal(numbered.size, model.size);
        assert.deepEqual([...numbered], [...model.values()]);
      }
    }),
    { seed: 12, numRuns: 500 },
  );
});

test('one item may stay while many come and go', () => {
  const numbered = new Numbered<number>();
  numbered.add(1, 1);
  for (let number = 2; number < 100_000; number++) {
    numbered.add(number, number);
    if (number > 10) numbered.delete(number - 5);
  }
  assert.deepEqual([...numbered].slice(0, 3), [1, 2, 3]);
  assert.equal(numbered.get(99_999), 99_999);
  numbered.delete(1);
  assert.equal([...numbered][0], 2);
});

test('items may be deleted while they are visited', () => {
  const numbered = new Numbered<number>();
  for (let number = 0; number < 10; number++) numbered.add(number, number);
  const visited: number[] = [];
  for (const item of numbered) {
    visited.push(item);
    numbered.delete(item);
    numbered.delete(item + 1);
  }
  assert.deepEqual(visited, [0, 2, 4, 6, 8]);
  assert.equal(numbered.size, 0);
});
