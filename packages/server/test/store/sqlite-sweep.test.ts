// What is left in a SQLite file of contacts and claims that are over.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { registrationIdsOf } from '../../src/store/registration-id.ts';
import { RETENTION } from '../../src/store/store.ts';
import { contactChange } from './conformance/harness.ts';
import { openStore } from './sqlite-file.ts';

/** More than must be deleted before their index entries are removed. */
const CONTACTS = 10_300;
const TABLES = ['contact', 'claim', 'contact_locator_index', 'claim_token_index'] as const;

test('a sweep deletes contacts and claims that are over, and then their index entries, and no others', async (t) => {
  let aheadMs = 0;
  const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs };
  const { store, path } = await openStore(t, { clock });
  const change = (index: number) => ({
    // Every hundredth stays, the oldest among them.
    contact: contactChange({
      contactId: `contact ${index}`,
      ...(index % 100 > 0 && { keepForMs: RETENTION.claimMs }),
    }),
    claim: {
      instanceId: 'instance',
      operation: 'Create',
      token: `${index}`,
      fingerprint: 'f',
      answer: '{}',
    },
  });
  await Promise.all(Array.from({ length: CONTACTS }, (_, index) => store.commit(change(index))));
  aheadMs = RETENTION.claimMs + 1;
  await store.commit(change(CONTACTS));
  while (await store.sweep(1_000));
  const [kept = ''] = registrationIdsOf('contact 100', 1);
  assert.equal((await store.registered('instance', kept))?.contactId, 'contact 100');
  assert.equal((await store.claimed('instance', 'Create', `${CONTACTS}`))?.answer, '{}');
  assert.equal(await store.claimed('instance', 'Create', '100'), undefined);
  await store.close();

  const database = new DatabaseSync(path);
  const counts = TABLES.map((table) =>
    Number(database.prepare(`select count(*) as n from ${table}`).get()?.['n']),
  );
  const dangling = database
    .prepare('select count(*) as n from contact_locator_index where seq not in (select seq from contact)')
    .get()?.['n'];
  database.close();
  assert.deepEqual(counts.slice(0, 2), [CONTACTS / 100 + 1, 1]);
  // Others are in memory, until their slice is merged.
  assert.ok(counts[2]! > 0 && counts[2]! <= counts[0]!, counts.join(', '));
  assert.equal(dangling, 0);
  assert.equal(counts[3], 0);
});

// When a sweep forgot all of them, calls in the minute's flood waited for the thread twice: their median was 25 ms instead of 15.
test('contacts that were read before a sweep are read from memory after it, unless it deleted them', async (t) => {
  let aheadMs = 0;
  let calls = 0;
  const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs };
  const { store } = await openStore(t, { clock, onCommit: (count) => (calls += count) });
  const stays = contactChange({ contactId: 'stays' });
  const ends = contactChange({ contactId: 'ends', keepForMs: 1_000 });
  for (const contact of [stays, ends]) {
    await store.commit({ contact });
    assert.equal((await store.contacts([contact]))[0]?.version, 1);
  }
  aheadMs = 2_000;
  while (await store.sweep(10));
  calls = 0;
  assert.equal((await store.contacts([stays]))[0]?.version, 1);
  assert.equal(calls, 0);
  assert.deepEqual(await store.contacts([ends]), [undefined]);
});

// Without an index of their expiry, only the oldest claims were looked at, and claims of a clock that was ahead kept all others.
test('claims made while the clock was a year ahead keep no other claim from being deleted', async (t) => {
  let aheadMs = 365 * 86_400_000;
  const clock = { now: () => Date.now() + aheadMs, monotonic: () => performance.now() + aheadMs };
  const { store, path } = await openStore(t, { clock });
  const claim = (token: string) => ({
    claim: { instanceId: 'instance', operation: 'Create', token, fingerprint: 'f', answer: '{}' },
  });
  await Promise.all(Array.from({ length: 20 }, (_, index) => store.commit(claim(`ahead ${index}`))));
  aheadMs = 0;
  await store.commit(claim('in time'));
  aheadMs = RETENTION.claimMs + 1_000;
  while (await store.sweep(10));
  await store.close();
  const database = new DatabaseSync(path);
  const tokens = database.prepare('select token from claim').all();
  database.close();
  assert.equal(tokens.length, 20);
  assert.ok(tokens.every(({ token }) => token !== 'in time'));
});
