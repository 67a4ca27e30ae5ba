import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { newDeliveries } from './conformance/harness.ts';
import { newPath } from './sqlite-file.ts';

describe('the results of a commit group', () => {
  const BULK = 3;

  test('of bulk calls reach their callers in turns of their own, those of small calls before', async (t) => {
    const groups: number[] = [];
    const store = await openSqliteStore({ path: newPath(t), onCommit: (calls) => void groups.push(calls) });
    t.after(() => store.close());
    let turn = 0;
    let isCounting = true;
    const count = (): void => {
      turn++;
      if (isCounting) setImmediate(count);
    };
    const seen: { call: string; turn: number }[] = [];
    const note = (call: string) => () => void seen.push({ call, turn });
    await store.beat('node', 60_000);
    groups.length = 0;
    setImmediate(count);
    const bulk = Array.from({ length: BULK }, (_, index) =>
      store.enqueue(newDeliveries(40), 'node', new Map()).then(note(`bulk ${index}`)),
    );
    await Promise.all([...bulk, store.setting('application', 'none').then(note('small'))]);
    isCounting = false;
    assert.deepEqual(
      seen.map(({ call }) => call),
      ['small', ...bulk.map((_, index) => `bulk ${index}`)],
    );
    assert.equal(new Set(seen.map((one) => one.turn)).size, BULK + 1, JSON.stringify(seen));
    assert.equal(
      groups.reduce((sum, calls) => sum + calls, 0),
      BULK + 1,
    );
  });

  test('that have arrived when the store closes still reach their callers', async (t) => {
    const store = await openSqliteStore({ path: newPath(t) });
    await store.beat('node', 60_000);
    const calls = Array.from({ length: BULK }, () => store.enqueue(newDeliveries(40), 'node', new Map()));
    await store.close();
    assert.deepEqual(
      (await Promise.all(calls)).map(({ length }) => length),
      [40, 40, 40],
    );
  });
});
