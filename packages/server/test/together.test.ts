import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test } from 'node:test';
import { createTogether } from '../src/fairness/together.ts';

test('the first of each owner begins at once, the others at the end of the turn, step by step side by side', async () => {
  const steps: string[] = [];
  const together = createTogether();
  const arrive = (owner: string, name: string): void =>
    together(owner, () => {
      steps.push(`${name} begins`);
      void Promise.resolve().then(() => steps.push(`${name} goes on`));
    });
  for (const name of ['a1', 'a2', 'a3']) arrive('a', name);
  arrive('b', 'b1');
  assert.deepEqual(steps.splice(0), ['a1 begins', 'b1 begins']);
  await Promise.resolve();
  assert.deepEqual(steps.splice(0), ['a1 goes on', 'b1 goes on']);
  await nextTurn();
  assert.deepEqual(steps.splice(0), ['a2 begins', 'a3 begins', 'a2 goes on', 'a3 goes on']);
  arrive('a', 'a4');
  assert.deepEqual(steps, ['a4 begins']);
});
