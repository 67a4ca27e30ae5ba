import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { createBeginTogether } from '../../src/http/begin-together.ts';

test('what arrives in one turn begins at its end, in order and step by step side by side', async () => {
  const steps: string[] = [];
  const beginTogether = createBeginTogether();
  const call = async (name: string): Promise<void> => {
    steps.push(`${name} begins`);
    await Promise.resolve();
    steps.push(`${name} goes on`);
  };
  beginTogether(() => void call('one'));
  beginTogether(() => void call('two'));
  await Promise.resolve();
  assert.deepEqual(steps, []);
  await nextTurn();
  assert.deepEqual(steps, ['one begins', 'two begins', 'one goes on', 'two goes on']);
});

test('what arrives while others begin waits for the next turn', async () => {
  const steps: string[] = [];
  const beginTogether = createBeginTogether();
  beginTogether(() => {
    steps.push('one');
    beginTogether(() => void steps.push('three'));
  });
  beginTogether(() => void steps.push('two'));
  await nextTurn();
  assert.deepEqual(steps, ['one', 'two']);
  await nextTurn();
  assert.deepEqual(steps, ['one', 'two', 'three']);
});
