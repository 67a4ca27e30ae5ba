// Promise 7: no leased delivery is forgotten, whichever call of the store fails, and whenever.
//
// The lease of a live node ends only when the delivery is settled, so a delivery lost from this node's memory would wait until
// the node ends. Each test reproduces such a bug.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSettler } from '../../src/delivery/settler.ts';
import { iphone } from '../promises/system.ts';
import { allAccepted, spoilt, startPipeline, withoutLeases } from './pipeline.ts';
import { StoreUnavailableError } from '../../src/store/store.ts';
import type { Store } from '../../src/store/store.ts';

/** A pipeline whose store fails in one method on demand. */
async function startSpoilt(verb: keyof Store, when: 'before' | 'after', change = (store: Store) => store) {
  let faults!: ReturnType<typeof spoilt>;
  const pipeline = await startPipeline({
    wrap: (store) => (faults = spoilt(change(store), verb, when)).store,
  });
  return { pipeline, faults };
}

test('claimed deliveries are sent although reading their registrations failed at first', async () => {
  const { pipeline, faults } = await startSpoilt('contacts', 'before', withoutLeases);
  await using _ = pipeline;
  const token = iphone('unread');
  await pipeline.register('contact', token);
  // They are claimed, which reads the registration.
  const said = pipeline.say('contact', ['1', '2', '3']);
  await said;
  faults.spoil(1);
  await pipeline.settled('contact', allAccepted);
  assert.ok(faults.spoiltAll(), 'the fault was met');
  assert.equal(pipeline.emulator.phone(token).notifications.length, 3);
});

test('deliveries whose claim lost its answer are claimed again, under another name', async () => {
  const { pipeline, faults } = await startSpoilt('claim', 'after', withoutLeases);
  await using _ = pipeline;
  const token = iphone('unheard');
  await pipeline.register('contact', token);
  const before = pipeline.dispatcher.node;
  faults.spoil(1);
  await pipeline.say('contact', ['1', '2', '3']);
  await pipeline.settled('contact', allAccepted);
  assert.ok(faults.spoiltAll(), 'the fault was met');
  assert.notEqual(pipeline.dispatcher.node, before);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 3);
});

test('a batch whose enqueue lost its answer is sent once, and recognised when sent again', async () => {
  const { pipeline, faults } = await startSpoilt('enqueue', 'after');
  await using _ = pipeline;
  const token = iphone('unanswered');
  await pipeline.register('contact', token);
  await pipeline.say('contact', ['0']);
  await pipeline.settled('contact', allAccepted);
  // From here on there is an open connection, and enqueue leases immediately.
  faults.spoil(1);
  await assert.rejects(pipeline.say('contact', ['1', '2', '3']));
  const results = await pipeline.say('contact', ['1', '2', '3']);
  assert.deepEqual(
    results.map(({ Reason }) => Reason),
    ['duplicate', 'duplicate', 'duplicate'],
  );
  await pipeline.settled('contact', allAccepted);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 4);
});

test('a push in flight when a lease name is given up is sent exactly once', async () => {
  const { pipeline, faults } = await startSpoilt('enqueue', 'after');
  await using _ = pipeline;
  const token = iphone('in-flight');
  await pipeline.register('contact', token);
  await pipeline.say('contact', ['0']);
  await pipeline.settled('contact', allAccepted);
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'slow', delayMs: 1_500, times: 1 }]);
  await pipeline.say('contact', ['slow']);
  await pipeline.emulator.phone(token).waitFor({ contains: 'text of slow' });
  faults.spoil(1);
  await assert.rejects(pipeline.say('contact', ['1']));
  await pipeline.settled('contact', (entries) => entries.length === 3 && allAccepted(entries));
  assert.equal(pipeline.emulator.phone(token).notifications.length, 3);
});

test('a store that fails permanently does not keep the process alive: stopping gives up and ends all retries', async () => {
  let tried = 0;
  let failed = Promise.withResolvers<void>();
  const gone = {
    settle: () => Promise.reject(new StoreUnavailableError('gone for good')),
  } as unknown as Store;
  const settler = createSettler(gone, () => 'node', {
    stored: () => undefined,
    failed: () => {
      tried++;
      failed.resolve();
      failed = Promise.withResolvers();
    },
  });
  settler.add({ id: '1', day: '2026-11-22', attempts: [], to: { status: 'accepted' } });
  await assert.rejects(settler.flush(100), /1 settlements could not be stored/);
  const triedThen = tried;
  const another = await Promise.race([
    failed.promise.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(resolve, 800, false)),
  ]);
  assert.ok(!another && tried === triedThen, 'no timer goes on');
});
