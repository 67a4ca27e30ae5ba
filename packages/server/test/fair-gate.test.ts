import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { GateFullError, createFairGate } from '../src/fairness/fair-gate.ts';
import type { GateRules } from '../src/fairness/fair-gate.ts';

const gateOf = (room: number, rules: Partial<GateRules> = {}) =>
  createFairGate({
    fits: (size, { used }) => used === 0 || used + size <= room,
    waitingPerOwner: 100,
    waiting: 1000,
    waitMs: 10_000,
    ...rules,
  });

const leave = (place: Disposable): void => place[Symbol.dispose]();

test('owners take turns, each in its own order, however many requests one of them has', async () => {
  const gate = gateOf(1);
  const order: string[] = [];
  const use = async (owner: string, name: string): Promise<void> => {
    using _place = await gate.enter(owner, 1);
    order.push(name);
    await wait(1);
  };
  const flood = Array.from({ length: 10 }, (_, index) => use('a', `a${index}`));
  await Promise.all([...flood, use('b', 'b0'), use('b', 'b1'), use('c', 'c0')]);
  assert.deepEqual(order.slice(0, 6), ['a0', 'a1', 'b0', 'c0', 'a2', 'b1']);
  assert.deepEqual([gate.used, gate.waiting], [0, 0]);
});

test('an owner’s requests keep their order, even if a later one would fit', async () => {
  const gate = gateOf(10);
  const first = await gate.enter('a', 6);
  const order: string[] = [];
  const large = gate.enter('a', 6).then((place) => (order.push('large'), place));
  const small = gate.enter('a', 1).then((place) => (order.push('small'), place));
  using _other = await gate.enter('b', 1);
  assert.deepEqual(order, []);
  leave(first);
  leave(await large);
  leave(await small);
  assert.deepEqual(order, ['large', 'small']);
});

test('a caller that waits too long, or behind too many, is told the cause', async () => {
  const gate = gateOf(1, { waitMs: 20, waitingPerOwner: 1 });
  const place = await gate.enter('a', 1);
  const own = gate.enter('a', 1);
  const other = gate.enter('b', 1);
  const isFull = (own: boolean) => (error: unknown) => error instanceof GateFullError && error.own === own;
  await assert.rejects(gate.enter('a', 1), isFull(true));
  await Promise.all([assert.rejects(own, isFull(true)), assert.rejects(other, isFull(false))]);
  assert.equal(gate.waiting, 0);
  leave(place);
  leave(place);
  assert.equal(gate.used, 0);
});

test('a cancelled request takes no room when its turn comes', async () => {
  const gate = gateOf(1);
  const place = await gate.enter('a', 1);
  let isGone = false;
  void gate.enter('a', 1, () => isGone).then(() => assert.fail('it was let in'));
  const next = gate.enter('a', 1);
  isGone = true;
  leave(place);
  leave(await next);
  assert.deepEqual([gate.used, gate.waiting], [0, 0]);
});
