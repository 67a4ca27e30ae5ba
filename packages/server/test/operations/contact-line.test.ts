// Calls for one contact go in line within a process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineFullError, createLine } from '../../src/store/line.ts';

test('one at a time under each name, in the order they came; other names do not wait', async () => {
  const line = createLine(10);
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const stand = (name: string, what: string, until?: Promise<void>) =>
    line(name, async () => {
      log.push(`${what} begins`);
      await until;
      log.push(`${what} ends`);
      return what;
    });
  const waiting = [stand('a', '1', gate.promise), stand('a', '2'), stand('a', '3')];
  assert.equal(await stand('b', 'other'), 'other');
  assert.deepEqual(log, ['1 begins', 'other begins', 'other ends']);
  gate.resolve();
  assert.deepEqual(await Promise.all(waiting), ['1', '2', '3']);
  assert.deepEqual(log.slice(3), ['1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
});

test('a call that fails, or throws at once, lets the next one through', async () => {
  const line = createLine(10);
  const results = await Promise.allSettled([
    line('a', () => Promise.reject(new Error('one'))),
    line('a', () => {
      throw new Error('two');
    }),
    line('a', () => Promise.resolve('three')),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected', 'fulfilled'],
  );
});

test('a full line says no at once, and an empty one is forgotten', async () => {
  const line = createLine(2);
  const gate = Promise.withResolvers<void>();
  const running = [line('a', () => gate.promise), line('a', () => gate.promise)];
  await assert.rejects(
    line('a', () => gate.promise),
    LineFullError,
  );
  assert.equal(line.size, 1);
  gate.resolve();
  await Promise.all(running);
  assert.equal(line.size, 0);
  await line('a', () => Promise.resolve());
});
