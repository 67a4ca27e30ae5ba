// How outlets share the attempts of a turn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createAttemptTurns } from '../../src/delivery/attempts-per-turn.ts';
import type { Outlet } from '../../src/delivery/outlet.ts';
import { ATTEMPTS_PER_TURN } from '../../src/delivery/retry.ts';

/** Outlets that each have this many deliveries to send. */
function startOutlets(left: Record<string, number>) {
  const outlets = new Map(Object.keys(left).map((name) => [name, { gateway: { name } } as Outlet]));
  let begun: Record<string, number> = {};
  const pump = (outlet: Outlet): void => {
    const { name } = outlet.gateway;
    while (left[name]! > 0 && turns.takes(outlet)) {
      left[name]!--;
      begun[name] = (begun[name] ?? 0) + 1;
    }
  };
  const turns = createAttemptTurns(pump);
  return {
    pump: (name: string) => pump(outlets.get(name)!),
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
