import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contactChange, fresh, newClaim, useStore, type Open } from './harness.ts';
import type { CommitResult } from '../../../src/store/store.ts';

export function commitCases(open: Open): void {
  describe('commit', () => {
    const at = useStore(open);

    test('a contact is written only over the version it was derived from', async () => {
      const { store } = at;
      const contact = contactChange();
      assert.equal(await store.commit({ contact: { ...contact, version: 3 } }), 'contact-changed');
      assert.equal(await store.commit({ contact }), 'committed');
      assert.equal(await store.commit({ contact }), 'contact-changed');
      assert.equal(await store.commit({ contact: { ...contact, version: 1, body: '2' } }), 'committed');
      assert.equal(await store.commit({ contact: { ...contact, version: 1, body: '3' } }), 'contact-changed');
      const [stored] = await store.contacts([contact]);
      assert.deepEqual([stored?.version, stored?.body], [2, '2']);
    });

    test('a taken token leaves the contact unchanged, and a changed contact leaves the token free', async () => {
      const { store } = at;
      const contact = contactChange();
      const claim = newClaim();
      assert.equal(await store.commit({ contact, claim }), 'committed');
      const second = { ...contact, version: 1, body: 'second' };
      assert.equal(await store.commit({ contact: second, claim }), 'token-taken');
      assert.equal((await store.contacts([contact]))[0]?.version, 1);

      const free = newClaim();
      assert.equal(await store.commit({ contact, claim: free }), 'contact-changed');
      assert.equal(await store.claimed(free.instanceId, free.operation, free.token), undefined);
      assert.equal(await store.commit({ contact: second, claim: free }), 'committed');
    });

    test('the number of registrations of an instance is the sum of its commits, without refused ones', async () => {
      const instanceId = fresh('instance');
      const count = (index: number) => way(at.stores, index).registrations(instanceId);
      assert.equal(await count(0), 0);
      const contact = contactChange({ instanceId, registrationsGained: 3 });
      const claim = newClaim({ instanceId });
      assert.equal(await at.store.commit({ contact, claim }), 'committed');
      const fewer = { ...contact, version: 1, registrationsGained: -1 };
      assert.equal(await at.store.commit({ contact: fewer, claim }), 'token-taken');
      assert.equal(await at.store.commit({ contact }), 'contact-changed');
      assert.equal(await count(1), 3);
      assert.equal(await at.store.commit({ contact: fewer }), 'committed');
      assert.equal(await at.store.commit({ contact: contactChange({ instanceId }) }), 'committed');
      assert.deepEqual([await count(0), await count(1)], [2, 2]);
      assert.equal(await at.store.registrations(fresh('instance')), 0);
    });

    test('the registrations of 100 concurrent commits are all counted', async () => {
      const instanceId = fresh('instance');
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          way(at.stores, index).commit({ contact: contactChange({ instanceId, registrationsGained: 1 }) }),
        ),
      );
      assert.equal(await at.store.registrations(instanceId), 100);
    });

    test('if both conflict, the token is reported', async () => {
      const contact = contactChange();
      const claim = newClaim();
      await at.store.commit({ contact, claim });
      assert.equal(await at.store.commit({ contact, claim }), 'token-taken');
    });

    test('of 50 concurrent commits over one version exactly one wins', async () => {
      const contact = contactChange();
      for (let version = 0; version < 3; version++) {
        const results = await Promise.all(
          Array.from({ length: 50 }, (_, index) => {
            const body = `${version}/${index}`;
            return way(at.stores, index).commit({
              contact: { ...contact, version, body },
              claim: newClaim({ token: body }),
            });
          }),
        );
        assert.deepEqual(tally(results), { committed: 1, 'contact-changed': 49 });
        const winner = `${version}/${results.indexOf('committed')}`;
        const [stored] = await at.store.contacts([contact]);
        assert.deepEqual([stored?.version, stored?.body], [version + 1, winner]);
        for (let index = 0; index < 50; index++) {
          const { instanceId, operation } = newClaim();
          const claim = await at.store.claimed(instanceId, operation, `${version}/${index}`);
          assert.equal(claim !== undefined, `${version}/${index}` === winner, 'both or neither');
        }
      }
    });

    test('of 50 concurrent commits with one token exactly one wins, and only its contact is stored', async () => {
      const claim = newClaim();
      const contacts = Array.from({ length: 50 }, () => contactChange());
      const results = await Promise.all(
        contacts.map((contact, index) =>
          way(at.stores, index).commit({ contact, claim: { ...claim, answer: contact.contactId } }),
        ),
      );
      assert.deepEqual(tally(results), { committed: 1, 'token-taken': 49 });
      const stored = (await at.store.contacts(contacts)).filter((contact) => contact !== undefined);
      const kept = await at.store.claimed(claim.instanceId, claim.operation, claim.token);
      assert.deepEqual(
        stored.map(({ contactId }) => contactId),
        [kept?.answer],
      );
    });

    test('50 calls that read again after contact-changed all succeed', async () => {
      const contact = contactChange({ body: '0' });
      await at.store.commit({ contact });
      await Promise.all(
        Array.from({ length: 50 }, async (_, index) => {
          const store = way(at.stores, index);
          let result: CommitResult = 'contact-changed';
          while (result === 'contact-changed') {
            const [read] = await store.contacts([contact]);
            assert.ok(read);
            result = await store.commit({ contact: { ...read, body: String(Number(read.body) + 1) } });
          }
        }),
      );
      const [stored] = await at.store.contacts([contact]);
      assert.deepEqual([stored?.version, stored?.body], [51, '50']);
    });
  });
}

function way<T>(ways: readonly [T, T], index: number): T {
  return index % 2 === 0 ? ways[0] : ways[1];
}

function tally(results: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}
