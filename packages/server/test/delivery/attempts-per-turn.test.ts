// How outlets share the attempts of a turn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createAttemptTurns } from '../../src/delivery/attempts-per-turn.ts';
import type { Outlet } from '../../src/delivery/outlet.ts';
import { ATTEMPTS_MS, ATTEMPTS_PER_TURN } from '../../src/delivery/retry.ts';

/** Outlets that each have this many deliveries to send, and attempts that take this long. */
function startOutlets(left: Record<string, number>, attemptMs = 0) {
  let nowMs = 0;
  const outlets = new Map(Object.keys(left).map((name) => [name, { gateway: { name } } as Outlet]));
  let begun: Record<string, number> = {};
  const pump = (outlet: Outlet): void => {
    const { name } = outlet.gateway;
    turns.resume(nowMs);
    while (left[name]! > 0 && turns.takes(outlet)) {
      left[name]!--;
      begun[name] = (begun[name] ?? 0) + 1;
      nowMs += attemptMs;
    }
  };
  const turns = createAttemptTurns(pump, () => nowMs);
  return {
    pump: (name: string) => pump(outlets.get(name)!),
    pass: (ms: number) => (nowMs += ms),
    /** The attempts that began since the last call. */
    taken: () => {
      const taken = begun;
      begun = {};
      return taken;
    },
  };
}

test('an outlet with one push does not wait behind an outlet with thousands', async () => {
  const { pump, taken } = startOutlets({ flood: 10_000, other: 1 });
  pump('flood');
  pump('other');
  assert.deepEqual(taken(), { flood: ATTEMPTS_PER_TURN });
  await nextTurn();
  assert.deepEqual(taken(), { flood: ATTEMPTS_PER_TURN - 1, other: 1 });
  await nextTurn();
  assert.deepEqual(taken(), { flood: ATTEMPTS_PER_TURN });
});

test('with more outlets than attempts in a turn, each gets its turn', async () => {
  const names = Array.from({ length: ATTEMPTS_PER_TURN * 2 }, (_, index) => `outlet ${index}`);
  const { pump, taken } = startOutlets(Object.fromEntries(names.map((name) => [name, 1_000])));
  for (const name of names) pump(name);
  taken();
  await nextTurn();
  const first = Object.keys(taken());
  await nextTurn();
  const second = Object.keys(taken());
  assert.deepEqual([first.length, second.length], [ATTEMPTS_PER_TURN, ATTEMPTS_PER_TURN]);
  assert.deepEqual(new Set([...first, ...second]), new Set(names));
});

test('attempts that take long end before there are as many, and outlets take turns with them', async () => {
  const { pump, taken } = startOutlets({ flood: 10_000, other: 10_000 }, ATTEMPTS_MS / 8);
  pump('flood');
  pump('other');
  assert.deepEqual(taken(), { flood: 8 });
  const turns: Record<string, number>[] = [];
  for (let turn = 0; turn < 4; turn++) {
    await nextTurn();
    turns.push(taken());
  }
  assert.deepEqual(turns, [{ flood: 8 }, { other: 8 }, { flood: 8 }, { other: 8 }]);
});

test('what happens between two calls takes no time from attempts', () => {
  const { pump, taken, pass } = startOutlets({ first: 1, second: 10 }, 0.001);
  pump('first');
  pass(1_000);
  pump('second');
  assert.deepEqual(taken(), { first: 1, second: 10 });
});
