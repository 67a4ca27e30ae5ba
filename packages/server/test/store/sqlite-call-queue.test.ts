// The order of calls in commit groups: small calls do not wait for bulk calls, and neither is ever left waiting.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCallQueue } from '../../src/store/sqlite/call-queue.ts';
import type { CallQueue } from '../../src/store/sqlite/call-queue.ts';
import { packEntries, packKeys } from '../../src/store/sqlite/flat.ts';
import type { Call, Verb } from '../../src/store/sqlite/protocol.ts';
import { contactChange, newDeliveries } from './conformance/harness.ts';

let seq = 0;
const call = (verb: Verb, ...parameters: readonly unknown[]): Call => ({
  seq: ++seq,
  verb,
  moment: { now: 0, monotonic: 0 },
  parameters,
});
const enqueue = (count: number) => call('enqueue', packEntries(newDeliveries(count)), 'node', new Map());
const read = () => call('contacts', packKeys([contactChange()]));
const claim = (count: number) => call('claim', 'node', new Map([['lane', count]]));

const nothing = (): void => {};
const nextGroup = (queue: CallQueue, look = nothing): Call[] => [...queue.nextGroup(look)];

describe('the calls that wait for a SQLite store', () => {
  test('small calls behind 20 bulk calls are the next group', () => {
    const queue = createCallQueue();
    const bulk = Array.from({ length: 20 }, () => enqueue(300));
    const small = [read(), enqueue(1), claim(1), call('beat', 'node', 10_000)];
    for (const one of [...bulk, ...small]) queue.push(one);
    assert.deepEqual(nextGroup(queue), small);
    assert.deepEqual(nextGroup(queue), bulk.slice(0, 4), 'a group has about 1,000 rows');
  });

  test('bulk calls and small calls take turns while both wait', () => {
    const queue = createCallQueue();
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) queue.push(claim(2_000));
    for (let round = 0; round < 6; round++) {
      queue.push(read());
      queue.push(read());
      sizes.push(nextGroup(queue).length);
    }
    assert.deepEqual(sizes, [2, 3, 2, 3, 2, 3]);
  });

  test('a small call that arrives shares the commit of a bulk group, which takes no further bulk call', () => {
    const queue = createCallQueue();
    const bulk = Array.from({ length: 8 }, () => enqueue(300));
    for (const one of bulk) queue.push(one);
    const small = [read(), read()];
    let looks = 0;
    const arrives = (): void => {
      if (++looks === 3) for (const one of small) queue.push(one);
    };
    assert.deepEqual(nextGroup(queue, arrives), [...bulk.slice(0, 2), ...small]);
    assert.deepEqual(nextGroup(queue), bulk.slice(2, 6), 'the next group has its full size again');
  });

  test('a small call that arrives during the last bulk call of a group shares its commit', () => {
    const queue = createCallQueue();
    const bulk = enqueue(300);
    queue.push(bulk);
    const small = read();
    let looks = 0;
    const arrives = (): void => {
      if (++looks === 2) queue.push(small);
    };
    assert.deepEqual(nextGroup(queue, arrives), [bulk, small]);
    assert.equal(queue.isEmpty, true);
  });

  test('bulk calls proceed although a small call arrives at every look', () => {
    const queue = createCallQueue();
    const bulk = Array.from({ length: 4 }, () => enqueue(300));
    for (const one of bulk) queue.push(one);
    const done = Array.from({ length: 8 }, () => nextGroup(queue, () => queue.push(read()))).flat();
    assert.deepEqual(
      done.filter(({ verb }) => verb === 'enqueue'),
      bulk,
    );
  });

  test('calls of the same size run in order, each once, in groups of limited length', () => {
    const queue = createCallQueue();
    const all = Array.from({ length: 600 }, read);
    for (const one of all) queue.push(one);
    const groups: Call[][] = [];
    while (!queue.isEmpty) groups.push(nextGroup(queue));
    assert.deepEqual(groups.flat(), all);
    assert.ok(groups.every((group) => group.length <= 256));
  });
});
