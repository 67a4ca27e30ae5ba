// Claims of ClientTokens in a SQLite file, which are found by a hash.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import { BY_TOKEN } from '../../src/store/sqlite/claims.ts';
import { MIGRATIONS } from '../../src/store/sqlite/migrations.ts';
import { newPath, openStore } from './sqlite-file.ts';

describe('a SQLite file', () => {
  test('of an earlier schema finds its claims after the upgrade', async (t) => {
    const path = newPath(t);
    const database = new DatabaseSync(path);
    for (const step of MIGRATIONS.slice(0, 3)) database.exec(step);
    const later = Date.now() + 3_600_000;
    database
      .prepare(`insert into claim values ('instance', 'Create', ?, 'f', 'the answer', ?)`)
      .run('token 👋', later);
    database.exec('pragma user_version = 3');
    database.close();
    const { store } = await openStore(t, { path });
    assert.equal((await store.claimed('instance', 'Create', 'token 👋'))?.answer, 'the answer');
    assert.equal(await store.claimed('instance', 'Delete', 'token 👋'), undefined);
    await store.close();
  });

  test('keeps claims with the same hash apart', async (t) => {
    const path = newPath(t);
    const claim = (token: string) => ({
      instanceId: 'instance',
      operation: 'Create',
      token,
      fingerprint: `f ${token}`,
      answer: token,
    });
    const first = await openStore(t, { path });
    for (const token of ['one', 'two'])
      assert.equal(await first.store.commit({ claim: claim(token) }), 'committed');
    await first.store.close();
    // As if the hash of one were that of two.
    const database = new DatabaseSync(path);
    database
      .prepare(`insert into claim_token_index select ?, seq from claim where token = 'one'`)
      .run(BY_TOKEN.hashOf('instance', 'Create', 'two'));
    database.close();
    const { store } = await openStore(t, { path });
    assert.equal((await store.claimed('instance', 'Create', 'two'))?.answer, 'two');
    assert.equal(await store.commit({ claim: claim('two') }), 'token-taken');
    // Taken back together with the document that it was to be written with.
    const contact = { instanceId: 'instance', contactId: 'c', version: 5, body: '{}' };
    assert.equal(await store.commit({ contact, claim: claim('three') }), 'contact-changed');
    assert.equal(await store.claimed('instance', 'Create', 'three'), undefined);
    assert.equal((await store.claimed('instance', 'Create', 'two'))?.answer, 'two');
    await store.close();
  });
});
