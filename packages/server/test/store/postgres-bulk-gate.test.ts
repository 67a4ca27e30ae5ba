// How many bulk calls run at once on PostgreSQL, with and without small calls beside them.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createBulkGate, EXPECTED_MS, MOST_WAIT_MS } from '../../src/store/postgres/bulk-gate.ts';

/** A gate on a clock of the test, and calls that end when they are told to. */
function open() {
  let nowMs = 0;
  const gate = createBulkGate(4, () => nowMs);
  const ends: (() => void)[] = [];
  const running = (): Promise<void> => new Promise((resolve) => ends.push(resolve));
  const begun: number[] = [];
  const bulk = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      gate.bulk(() => {
        begun.push(index);
        return running();
      }),
    );
  const endFirst = async (): Promise<void> => {
    ends.shift()!();
    await nextTurn();
  };
  return { gate, bulk, running, begun, endFirst, pass: (ms: number) => void (nowMs += ms) };
}

describe('bulk calls on PostgreSQL', () => {
  test('run on all connections for them while there are no small calls, in order', async () => {
    const { bulk, begun, endFirst } = open();
    void bulk(6);
    assert.deepEqual(begun, [0, 1, 2, 3]);
    await endFirst();
    await endFirst();
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5]);
  });

  test('run one at a time beside a small call and for a moment after it, but never stop', async () => {
    const { gate, bulk, running, begun, endFirst, pass } = open();
    const small = gate.small(running);
    void bulk(9);
    assert.deepEqual(begun, [0]);
    await endFirst(); // the small one
    await small;
    await endFirst();
    assert.deepEqual(begun, [0, 1]);
    pass(EXPECTED_MS - 1);
    await endFirst();
    assert.deepEqual(begun, [0, 1, 2]);
    pass(1);
    await endFirst();
    assert.deepEqual(begun, [0, 1, 2, 3, 4, 5, 6]);
  });

  test('that were running when a small call came go on, and the next begins when they have ended', async () => {
    const { gate, bulk, running, begun, endFirst } = open();
    void bulk(5);
    void gate.small(running);
    for (let ended = 0; ended < 3; ended++) await endFirst();
    assert.deepEqual(begun, [0, 1, 2, 3]);
    await endFirst();
    assert.deepEqual(begun, [0, 1, 2, 3, 4]);
  });

  test('do not wait longer than the limit', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { gate, bulk, running, begun } = open();
    void gate.small(running);
    void gate.bulk(running);
    void bulk(2);
    t.mock.timers.tick(MOST_WAIT_MS - 1);
    await nextTurn();
    assert.deepEqual(begun, []);
    t.mock.timers.tick(1);
    await nextTurn();
    assert.deepEqual(begun, [0, 1]);
  });

  test('whose call fails give back their place, with the error', async () => {
    const { gate, bulk, running, begun } = open();
    void gate.small(running);
    const failing = gate.bulk(() => Promise.reject(new RangeError('failed')));
    void bulk(1);
    await assert.rejects(failing, RangeError);
    await nextTurn();
    assert.deepEqual(begun, [0]);
  });
});
