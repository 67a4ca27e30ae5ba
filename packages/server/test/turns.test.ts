import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { PASSING_MS, SLICE_MS, TURN_MS, createTurns } from '../src/fairness/turns.ts';

/** Turns on a clock that is advanced by slices. */
function startTurns() {
  let nowMs = 0;
  return { turns: createTurns(() => nowMs), spend: (ms: number) => void (nowMs += ms) };
}

test('slices that fit into a turn run at once, the others in later turns, with owners alternating', async () => {
  const { turns, spend } = startTurns();
  const order: string[] = [];
  const run = (owner: string, name: string) =>
    turns.run(owner, () => {
      order.push(name);
      spend(TURN_MS);
    });
  const flood = Array.from({ length: 4 }, (_, index) => run('a', `a${index}`));
  const others = [run('b', 'b0'), run('b', 'b1')];
  assert.deepEqual(order, ['a0', 'b0']);
  await nextTurn();
  assert.deepEqual(order, ['a0', 'b0', 'a1']);
  await Promise.all(others);
  assert.deepEqual(order, ['a0', 'b0', 'a1', 'b1']);
  await Promise.all(flood);
  assert.deepEqual(order, ['a0', 'b0', 'a1', 'b1', 'a2', 'a3']);
});

test('an owner that has used little of a turn passes those that wait, for a limited time', async () => {
  const { turns, spend } = startTurns();
  const order: string[] = [];
  const run = (owner: string, ms: number) =>
    turns.run(owner, () => {
      order.push(owner);
      spend(ms);
    });
  const flood = [run('a', TURN_MS), run('a', TURN_MS)];
  const short = Array.from({ length: 3 }, () => run('b', SLICE_MS / 4));
  assert.equal(order.join(''), 'abbb', 'several steps of a call in one turn');
  const long = [run('b', SLICE_MS), run('b', SLICE_MS)];
  assert.equal(order.join(''), 'abbbb', 'b has used more than a slice');
  const others = ['c', 'd', 'e'].map((owner) => run(owner, PASSING_MS));
  assert.equal(order.join(''), 'abbbbc', 'the time for all who pass is used up');
  await Promise.all([...flood, ...short, ...long, ...others]);
  assert.equal(order.join(''), 'abbbbcabde');
});

test('work begins without a promise if there is time for it now', async () => {
  const { turns, spend } = startTurns();
  const begin = (name: string) =>
    turns.begin('a', () => {
      spend(TURN_MS);
      return name;
    });
  assert.equal(begin('now'), 'now');
  const later = begin('later');
  assert.ok(later instanceof Promise);
  assert.equal(await later, 'later');
  const fails = () => {
    throw new Error('as it should');
  };
  await assert.rejects(async () => turns.begin('a', fails), /as it should/);
});

test('work that waits keeps its own asynchronous context, and so its span', async () => {
  const { turns, spend } = startTurns();
  const spans = new AsyncLocalStorage<string>();
  void spans.run('of another call', () => turns.begin('a', () => spend(TURN_MS)));
  assert.equal(await turns.begin('a', async () => spans.getStore()), undefined);
  assert.equal(await spans.run('own', () => turns.run('a', () => spans.getStore())), 'own');
});

test('many short slices share a turn', async () => {
  const { turns, spend } = startTurns();
  let done = 0;
  const run = () =>
    turns.run('a', () => {
      done++;
      spend(TURN_MS / 10);
    });
  const all = Array.from({ length: 30 }, run);
  const first = done;
  assert.ok(first >= 10 && first <= 11, `${first} in the first turn`);
  await Promise.all(all);
});

test('repeated steps share a turn with other owners, and stop when one says so', async () => {
  const { turns, spend } = startTurns();
  const order: string[] = [];
  const steps = (owner: string, count: number) =>
    turns.repeat(owner, () => {
      order.push(owner);
      spend(SLICE_MS / 2);
      return --count > 0;
    });
  const whole = turns.run('c', () => spend(TURN_MS));
  const flood = steps('a', 6);
  const other = steps('b', 3);
  await whole;
  assert.equal(order.join(''), 'aabb', 'each may pass once');
  await Promise.all([flood, other]);
  assert.equal(order.join(''), 'aabbaabaa');
});

test('an error of a slice is thrown to its caller, and the next slices run', async () => {
  const { turns, spend } = startTurns();
  const broken = () => {
    spend(TURN_MS);
    throw new RangeError('broken');
  };
  const results = await Promise.allSettled([
    turns.run('a', broken),
    turns.run('a', broken),
    turns.run('a', () => 'well'),
  ]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error).name)),
    ['RangeError', 'RangeError', 'well'],
  );
});
