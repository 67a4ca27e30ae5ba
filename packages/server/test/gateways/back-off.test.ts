import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createBackOff } from '../../src/gateways/back-off.ts';
import { retryAfterMs } from '../../src/gateways/retry-after.ts';
import { createCombinedTrouble } from '../../src/gateways/combined-trouble.ts';
import type { Trouble } from '../../src/gateways/gateway.ts';

describe('back-off', () => {
  test('doubles up to its limit with full jitter, and ends with the first success', () => {
    const limits = { firstMs: 1_000, mostMs: 60_000 };
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, chance) => {
          const backOff = createBackOff(
            limits,
            () => 5,
            () => chance,
          );
          for (let n = 0; n < failures; n++) backOff.failed();
          assert.equal(backOff.failures, failures);
          const expected = chance * Math.min(60_000, 1_000 * 2 ** (failures - 1));
          assert(Math.abs(backOff.waitMs - expected) < 0.001);
          backOff.worked();
          assert(backOff.waitMs <= 0);
          assert.equal(backOff.failures, 0);
        },
      ),
      { seed: 20_261_122, numRuns: 200 },
    );
  });

  test('counts down with the clock', () => {
    let now = 0;
    const backOff = createBackOff(
      { firstMs: 100, mostMs: 100 },
      () => now,
      () => 0.5,
    );
    backOff.failed();
    now = 20;
    assert.equal(backOff.waitMs, 30);
  });
});

describe('Retry-After', () => {
  const now = Date.UTC(2026, 10, 22, 12, 0, 0);
  const cases = [
    ['120', 120_000],
    ['0', 0],
    // Regression: it became 1e23 milliseconds, which no store can hold, and one such answer blocked all settlements.
    ['99999999999999999999', 86_400_000],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    [undefined, undefined],
  ] as const;
  for (const [value, ms] of cases) {
    test(`${value} is ${ms} ms`, () => {
      assert.equal(retryAfterMs(value, now), ms);
    });
  }
});

describe('two troubles', () => {
  test('are reported one at a time, and as resolved only when both are', () => {
    const told: (Trouble | undefined)[] = [];
    const combined = createCombinedTrouble<'connection' | 'token'>((trouble) => told.push(trouble));
    const connection: Trouble = { about: 'connection', answer: 'ECONNREFUSED' };
    const token: Trouble = { about: 'credential', answer: 'invalid_grant' };
    combined.set('token', undefined);
    combined.set('connection', connection);
    combined.set('token', token);
    combined.set('connection', undefined);
    combined.set('token', undefined);
    assert.deepEqual(told, [connection, token, token, undefined]);
  });
});
