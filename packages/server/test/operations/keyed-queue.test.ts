// Calls for one contact run one after another within a process.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createKeyedQueue } from '../../src/store/keyed-queue.ts';

const isFull = () => new Error('full');

test('one at a time under each name, in the order they came; other names do not wait', async () => {
  const queue = createKeyedQueue(10, isFull);
  const gate = Promise.withResolvers<void>();
  const log: string[] = [];
  const stand = (name: string, what: string, until?: Promise<void>) =>
    queue(name, async () => {
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
  const queue = createKeyedQueue(10, isFull);
  const results = await Promise.allSettled([
    queue('a', () => Promise.reject(new Error('one'))),
    queue('a', () => {
      throw new Error('two');
    }),
    queue('a', () => Promise.resolve('three')),
  ]);
  assert.deepEqual(
    results.map((result) => result.status),
    ['rejected', 'rejected', 'fulfilled'],
  );
});

test('a full queue refuses at once, and an empty one is dropped', async () => {
  const queue = createKeyedQueue(2, isFull);
  const gate = Promise.withResolvers<void>();
  const running = [queue('a', () => gate.promise), queue('a', () => gate.promise)];
  await assert.rejects(
    queue('a', () => gate.promise),
    /^Error: full$/,
  );
  assert.equal(queue.size, 1);
  gate.resolve();
  await Promise.all(running);
  assert.equal(queue.size, 0);
  await queue('a', () => Promise.resolve());
});
