// The cache of contacts of a SQLite store.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { createContactCache } from '../../src/store/sqlite/contact-cache.ts';
import type { Contact, ContactKey } from '../../src/store/store.ts';
import { contactChange } from './conformance/harness.ts';
import { openStore } from './sqlite-file.ts';

const keyOf = (contactId: string): ContactKey => ({ instanceId: 'instance', contactId });
const contactOf = (contactId: string, version = 1, body = '{}'): Contact => ({
  ...keyOf(contactId),
  version,
  body,
});

/** Answers with version 1, and remembers what it was asked for. */
function createReads() {
  const asked: string[] = [];
  const read = async (keys: readonly ContactKey[]): Promise<(Contact | undefined)[]> => {
    asked.push(keys.map(({ contactId }) => contactId).join(' '));
    return keys.map(({ contactId }) => (contactId === 'none' ? undefined : contactOf(contactId)));
  };
  return { asked, read };
}

test('reads each contact once, also one that does not exist, and only what is missing', async () => {
  const cache = createContactCache();
  const { asked, read } = createReads();
  const first = cache.contacts([keyOf('a')], read);
  const both = cache.contacts([keyOf('none'), keyOf('a'), keyOf('none')], read);
  assert.deepEqual(await first, [contactOf('a')]);
  assert.deepEqual(await both, [undefined, contactOf('a'), undefined]);
  assert.deepEqual(await cache.contacts([keyOf('a'), keyOf('none')], read), [contactOf('a'), undefined]);
  assert.deepEqual(asked, ['a', 'none none']);
});

test('a contact is read again after it was forgotten, also if it was being read', async () => {
  const cache = createContactCache();
  const { asked, read } = createReads();
  const old = cache.contacts([keyOf('a')], read);
  cache.forget(keyOf('a'));
  await old;
  await cache.contacts([keyOf('a')], read);
  cache.forget(keyOf('a'));
  await cache.contacts([keyOf('a')], read);
  assert.deepEqual(asked, ['a', 'a', 'a']);
});

test('a read that failed is not kept', async () => {
  const cache = createContactCache();
  const { asked, read } = createReads();
  await assert.rejects(
    cache.contacts([keyOf('a')], () => Promise.reject(new Error('full'))),
    /^Error: full$/,
  );
  await cache.contacts([keyOf('a')], read);
  assert.deepEqual(asked, ['a']);
});

test('keeps at most its size, and drops first what was used least recently', async () => {
  const cache = createContactCache(1_500);
  const { asked, read } = createReads();
  // Four entries fit.
  for (const id of ['a', 'b', 'c', 'd', 'a', 'e']) await cache.contacts([keyOf(id)], read);
  asked.length = 0;
  for (const id of ['c', 'd', 'a', 'e', 'b']) await cache.contacts([keyOf(id)], read);
  assert.deepEqual(asked, ['b']);
});

test('whatever runs at the same time, a read sees every commit that was answered before it began', async (t) => {
  const { store } = await openStore(t);
  let run = 0;
  const step = fc.record({
    contact: fc.nat(2),
    does: fc.constantFrom('read', 'read', 'commit', 'read many', 'sweep'),
    /** What the next step waits for. */
    awaited: fc.constantFrom('nothing', 'tick', 'turn', 'answer', 'first answer'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 60 }), async (steps) => {
      run++;
      const changes = [0, 1, 2].map((number) => contactChange({ contactId: `contact-${run}-${number}` }));
      const many = Array.from({ length: 40 }, (_, index) => keyOf(`other-${index}`));
      /** The version of the last commit that was answered. */
      const answered = [0, 0, 0];
      const start = async ({ contact, does }: (typeof steps)[number]): Promise<void> => {
        const change = changes[contact]!;
        const least = answered[contact]!;
        if (does === 'sweep') return void (await store.sweep(10));
        if (does === 'commit') {
          const result = await store.commit({ contact: { ...change, version: least } });
          if (result === 'committed') answered[contact] = least + 1;
          return;
        }
        const [read] = await store.contacts(does === 'read' ? [change] : [change, ...many]);
        assert.ok(
          (read?.version ?? 0) >= least,
          `read version ${read?.version} after version ${least} was answered`,
        );
      };
      const running: Promise<void>[] = [];
      for (const step of steps) {
        running.push(start(step));
        if (step.awaited === 'tick') await Promise.resolve();
        if (step.awaited === 'turn') await nextTurn();
        if (step.awaited === 'answer') await running.at(-1);
        if (step.awaited === 'first answer') await Promise.race(running.slice(-3));
      }
      await Promise.all(running);
    }),
    { numRuns: 150, seed: 20_261_130 },
  );
});
