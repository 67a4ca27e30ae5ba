import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { createPerTurn } from '../src/fairness/per-turn.ts';

test('what arrives in one turn begins at its end, in order and step by step side by side', async () => {
  const steps: string[] = [];
  const arrived = createPerTurn<() => void>(Number.POSITIVE_INFINITY, (begin) => begin());
  const call = async (name: string): Promise<void> => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} goes on`);
  };
  arrived.add(() => void call('one'));
  arrived.add(() => void call('two'));
  await Promise.resolve();
  assert.deepEqual(steps, []);
  await nextTurn();
  assert.deepEqual(steps, ['one begins', 'two begins', 'one goes on', 'two goes on']);
});

test('what arrives while others begin waits for the next turn', async () => {
  const steps: string[] = [];
  const arrived = createPerTurn<() => void>(Number.POSITIVE_INFINITY, (begin) => begin());
  arrived.add(() => {
    steps.push('one');
    arrived.add(() => void steps.push('three'));
  });
  arrived.add(() => void steps.push('two'));
  await nextTurn();
  assert.deepEqual(steps, ['one', 'two']);
  await nextTurn();
  assert.deepEqual(steps, ['one', 'two', 'three']);
});

describe('one per turn', () => {
  test('uses items in order, each in a turn of its own, also those that arrive meanwhile', async () => {
    const used: number[] = [];
    const items = createPerTurn(1, (item: number) => void used.push(item));
    items.add(1);
    items.add(2);
    assert.deepEqual(used, []);
    await nextTurn();
    assert.deepEqual(used, [1]);
    items.add(3);
    await nextTurn();
    assert.deepEqual(used, [1, 2]);
    await nextTurn();
    assert.deepEqual(used, [1, 2, 3]);
    items.add(4);
    await nextTurn();
    assert.deepEqual(used, [1, 2, 3, 4]);
  });

  test('a flush uses what is left at once, and only once', async () => {
    const used: number[] = [];
    const items = createPerTurn(1, (item: number) => void used.push(item));
    items.add(1);
    items.add(2);
    items.flush();
    assert.deepEqual(used, [1, 2]);
    await nextTurn();
    await nextTurn();
    assert.deepEqual(used, [1, 2]);
  });
});
