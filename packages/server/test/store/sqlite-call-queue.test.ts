// The order of calls in commit groups: small calls do not wait for bulk calls, and neither is ever left waiting.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createCallQueue } from '../../src/store/sqlite/call-queue.ts';
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

describe('the calls that wait for a SQLite store', () => {
  test('small calls behind 20 bulk calls are the next group', () => {
    const queue = createCallQueue();
    const bulk = Array.from({ length: 20 }, () => enqueue(300));
    const small = [read(), enqueue(1), claim(1), call('beat', 'node', 10_000)];
    for (const one of [...bulk, ...small]) queue.push(one);
    assert.deepEqual(queue.nextGroup(), small);
    assert.deepEqual(queue.nextGroup(), bulk.slice(0, 4), 'a group has about 1,000 rows');
  });

  test('bulk calls and small calls take turns while both wait', () => {
    const queue = createCallQueue();
    const sizes: number[] = [];
    for (let round = 0; round < 4; round++) queue.push(claim(2_000));
    for (let round = 0; round < 6; round++) {
      queue.push(read());
      queue.push(read());
      sizes.push(queue.nextGroup().length);
    }
    assert.deepEqual(sizes, [2, 1, 4, 1, 4, 1]);
  });

  test('calls of the same size run in order, each once, in groups of limited length', () => {
    const queue = createCallQueue();
    const all = Array.from({ length: 600 }, read);
    for (const one of all) queue.push(one);
    const groups: Call[][] = [];
    for (let group = queue.nextGroup(); group.length > 0; group = queue.nextGroup()) groups.push(group);
    assert.deepEqual(groups.flat(), all);
    assert.ok(groups.every((group) => group.length <= 256));
  });
});
