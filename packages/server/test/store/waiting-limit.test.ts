// A flood of new deliveries is queued before the store, so that accepted deliveries make progress.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWaitingLimit, ENQUEUED_AT_ONCE, SMALL_CALL } from '../../src/store/waiting-limit.ts';
import { newDeliveries } from './conformance/harness.ts';
import { openStore } from './sqlite-file.ts';

const NONE = new Map<string, number>();

test('enqueue calls run in order with limited concurrency; other calls overtake them', () => {
  const limit = createWaitingLimit();
  const started: string[] = [];
  const admit = (name: string, count: number) =>
    limit.admit('enqueue', [newDeliveries(count)], () => started.push(name));
  const half = ENQUEUED_AT_ONCE / 2;
  const ends = [admit('1', half), admit('2', half), admit('large', ENQUEUED_AT_ONCE * 2), admit('4', half)];
  limit.admit('claim', ['node', NONE], () => started.push('claim'));
  assert.deepEqual(started, ['1', '2', 'claim']);
  ends[0]!();
  assert.deepEqual(started, ['1', '2', 'claim'], 'the large one goes alone, and nobody passes it');
  ends[1]!();
  assert.deepEqual(started, ['1', '2', 'claim', 'large']);
  ends[2]!();
  assert.deepEqual(started, ['1', '2', 'claim', 'large', '4']);
});

test('enqueue calls of instances take turns, however many calls one of them makes', () => {
  const limit = createWaitingLimit();
  const started: string[] = [];
  const admit = (instanceId: string, name: string) => {
    const batch = newDeliveries(ENQUEUED_AT_ONCE).map((delivery) => Object.assign(delivery, { instanceId }));
    return limit.admit('enqueue', [batch], () => started.push(name));
  };
  const ends = ['a0', 'a1', 'a2', 'a3'].map((name) => admit('a', name));
  ends.push(admit('b', 'b0'));
  for (const end of ends) end();
  assert.deepEqual(started, ['a0', 'a1', 'b0', 'a2', 'a3']);
});

test('a small enqueue call does not wait for large ones, nor a large one for many small ones', () => {
  const limit = createWaitingLimit();
  const started: string[] = [];
  const admit = (instanceId: string, count: number) => {
    const batch = newDeliveries(count).map((delivery) => Object.assign(delivery, { instanceId }));
    return limit.admit('enqueue', [batch], () => started.push(`${instanceId} ${count}`));
  };
  const flood = Array.from({ length: 20 }, () => admit('flood', 300));
  assert.equal(started.length, 3);
  admit('other', 1);
  assert.deepEqual(started.slice(3), ['other 1']);
  const few = Math.floor(ENQUEUED_AT_ONCE / SMALL_CALL);
  for (let call = 0; call < few + 5; call++) admit('small', SMALL_CALL);
  assert.equal(started.length, 4 + few, 'small calls have a limit, too');
  flood[0]!();
  assert.equal(started.at(-1), 'flood 300');
});

test('calls that reduce the store’s work do not wait for a flood of new deliveries', async (t) => {
  // Regression: with 600 calls of 300 events, accepted deliveries made no progress, because each claim waited behind all of them.
  const { store } = await openStore(t);
  let answered = 0;
  const flood = Array.from({ length: 100 }, async () => {
    await store.enqueue(newDeliveries(200), 'node', NONE);
    answered++;
  });
  assert.equal(await store.beat('node', 10_000), 'alive');
  assert.ok(answered < 50, `${answered} of 100 calls were answered before the beat`);
  await Promise.all(flood);
  assert.equal(answered, 100);
});

test('close also finishes the queued calls', async (t) => {
  const { store } = await openStore(t);
  const flood = Array.from({ length: 20 }, () => store.enqueue(newDeliveries(200), 'node', NONE));
  const all = Promise.all(flood);
  await store.close();
  assert.deepEqual(
    (await all).map((results) => results.length),
    flood.map(() => 200),
  );
});
