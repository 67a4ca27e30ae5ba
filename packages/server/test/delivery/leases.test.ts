// A delivery is sent only under the name that leased it; a full store refuses calls and recovers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, createFastClock, startPipeline, withoutLeases } from './pipeline.ts';

/** Delays the answer of the next call of a method after the call has done its work. */
function heldBack(store: Store, verb: 'enqueue' | 'claim') {
  let gate: PromiseWithResolvers<void> | undefined;
  const done = Promise.withResolvers<void>();
  const run = store[verb] as (...parameters: never[]) => Promise<readonly unknown[]>;
  return {
    store: {
      ...store,
      [verb]: async (...parameters: never[]) => {
        const answer = await run(...parameters);
        const held = gate;
        if (held === undefined || answer.length === 0) return answer;
        gate = undefined;
        done.resolve();
        await held.promise;
        return answer;
      },
    },
    /** Starts now; returns the function that releases the answer. */
    hold: () => (gate = Promise.withResolvers()).resolve,
    /** Resolves when a call has done its work and its answer is delayed. */
    done: done.promise,
  };
}

for (const verb of ['enqueue', 'claim'] as const)
  test(`what ${verb} leased to a name that was lost while the answer was on its way is sent once, under the new name`, async () => {
    const clock = createFastClock();
    let answers!: ReturnType<typeof heldBack>;
    await using pipeline = await startPipeline({
      clock,
      wrap: (store) => (answers = heldBack(verb === 'claim' ? withoutLeases(store) : store, verb)).store,
    });
    const token = iphone(`evicted-${verb}`);
    await pipeline.register('contact', token);
    const before = pipeline.dispatcher.node;
    if (verb === 'enqueue') {
      // With an open connection, enqueue leases immediately.
      await pipeline.say('contact', ['0']);
      await pipeline.settled('contact', allAccepted);
    }
    const letGo = answers.hold();
    const said = pipeline.say('contact', ['1', '2', '3']);
    await answers.done;
    clock.advance(11_000);
    const deadline = performance.now() + 10_000;
    while (pipeline.dispatcher.node === before && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.notEqual(pipeline.dispatcher.node, before, 'silent for too long, it was evicted');
    // Enqueued work is claimed under the new name at once; claims go one at a time, so theirs waits for the answer.
    if (verb === 'enqueue')
      await pipeline.settled('contact', (entries) => entries.length === 4 && allAccepted(entries));
    letGo();
    await said;
    await pipeline.settled('contact', allAccepted);
    // Another push after them: a second send would have arrived before this one.
    await pipeline.say('contact', ['last']);
    await pipeline.emulator.phone(token).waitFor({ contains: 'text of last' });
    const times = pipeline.emulator.phone(token).notifications.length;
    assert.equal(times, verb === 'enqueue' ? 5 : 4);
  });

test('with a full disk calls are refused as retryable, and everything resumes when there is space', async () => {
  // What fills it is what waits. Were deliveries let go meanwhile, what is logged of them could fill it instead, and that stays.
  const full = Promise.withResolvers<void>();
  await using pipeline = await startPipeline({
    maxBytes: 400 * 1_024,
    wrap: (store) => ({ ...store, settle: async (...those) => (await full.promise, store.settle(...those)) }),
  });
  const token = iphone('full');
  await pipeline.register('contact', token);
  let taken = 0;
  let refusal: unknown;
  while (refusal === undefined && taken < 1_000)
    try {
      await pipeline.say('contact', [`message-${taken}`], { Content: 'x'.repeat(2_000) });
      taken++;
    } catch (error) {
      refusal = error;
    }
  assert.ok(taken > 0);
  assert.ok(refusal instanceof StoreUnavailableError, String(refusal));
  // Work is erased as deliveries end, which makes room.
  full.resolve();
  const entries = await pipeline.settled('contact', allAccepted);
  assert.equal(entries.length, taken);
  // The room is there once the WAL has been written back; a caller whose call was refused makes it again.
  for (let calls = 1; ; calls++)
    try {
      await pipeline.say('contact', ['after']);
      break;
    } catch (error) {
      if (calls === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  await pipeline.emulator.phone(token).waitFor({ contains: 'text of after' });
  assert.equal(pipeline.emulator.phone(token).notifications.length, taken + 1);
});
