import assert from 'node:assert/strict';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { createThrottle } from '../../src/http/throttle.ts';

test('in any period no more calls pass than the burst plus the refill', () => {
  const calls = fc.array(fc.integer({ min: 0, max: 2000 }), { minLength: 1, maxLength: 100 });
  const rates = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
  fc.assert(
    fc.property(calls, rates, (gapsMs, [callsPerSecond, burst]) => {
      let nowMs = 0;
      const throttle = createThrottle({ callsPerSecond, burst, monotonic: () => nowMs });
      const passed: number[] = [];
      for (const gapMs of gapsMs) {
        nowMs += gapMs;
        try {
          throttle.take('key', 'operation');
          passed.push(nowMs);
        } catch (error) {
          assert.equal((error as Error).name, 'ThrottlingException');
          // A caller that retries when told is admitted.
          nowMs += (error as { retryAfterSeconds: number }).retryAfterSeconds * 1000 + 1e-6;
          throttle.take('key', 'operation');
          passed.push(nowMs);
        }
      }
      for (const [first, startMs] of passed.entries())
        for (let last = first; last < passed.length; last++) {
          const allowed = burst + ((passed[last]! - startMs) / 1000) * callsPerSecond;
          assert.ok(last - first + 1 <= allowed + 1e-6);
        }
    }),
    { seed: 20261122, numRuns: 300 },
  );
});

test('ten thousand buckets are kept, and the least recently used one is dropped', () => {
  const throttle = createThrottle({ callsPerSecond: 0.001, burst: 1, monotonic: () => 0 });
  for (let i = 0; i < 10_000; i++) throttle.take(`key ${i}`, 'operation');
  assert.throws(() => throttle.take('key 0', 'operation'), { name: 'ThrottlingException' });
  throttle.take('key 10000', 'operation');
  assert.throws(() => throttle.take('key 0', 'operation'), { name: 'ThrottlingException' });
  throttle.take('key 1', 'operation');
});

test('an infinite rate is no limit', () => {
  const throttle = createThrottle({ callsPerSecond: Infinity, burst: 1, monotonic: () => 0 });
  for (let i = 0; i < 100; i++) throttle.take('key', 'operation');
});
