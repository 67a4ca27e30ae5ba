import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contactChange, fresh, newClaim, useStore, type Open } from './harness.ts';
import { registrationIdsOf } from '../../../src/store/registration-id.ts';
import { RETENTION } from '../../../src/store/store.ts';

export function contactCases(open: Open): void {
  describe('contacts', () => {
    const at = useStore(open);

    test('returns contacts in the order of the keys, with undefined for missing ones', async () => {
      const { store } = at;
      const one = contactChange({ body: '{"text":"Grüße 👋 \\u0000 \'"}' });
      const two = contactChange();
      await Promise.all([store.commit({ contact: one }), store.commit({ contact: two })]);
      const missing = { instanceId: 'instance', contactId: fresh('contact') };
      assert.deepEqual(await store.contacts([two, missing, one, two]), [
        { instanceId: two.instanceId, contactId: two.contactId, version: 1, body: two.body },
        undefined,
        { instanceId: one.instanceId, contactId: one.contactId, version: 1, body: one.body },
        { instanceId: two.instanceId, contactId: two.contactId, version: 1, body: two.body },
      ]);
      assert.deepEqual(await store.contacts([]), []);
    });

    test('a contact of one instance is not visible in another', async () => {
      const contact = contactChange();
      await at.store.commit({ contact });
      assert.deepEqual(await at.store.contacts([{ ...contact, instanceId: 'other' }]), [undefined]);
    });

    test('every acknowledged commit is visible through both connections', async () => {
      const [here, there] = at.stores;
      const contact = contactChange();
      for (let version = 0; version < 20; version++) {
        const [writer, reader] = version % 2 === 0 ? [here, there] : [there, here];
        assert.equal(await writer.commit({ contact: { ...contact, version } }), 'committed');
        const [seen] = await reader.contacts([contact]);
        assert.equal(seen?.version, version + 1);
      }
    });

    test('a body of 64 KiB is returned unchanged', async () => {
      const contact = contactChange({ body: JSON.stringify('é'.repeat(32_000)) });
      await at.store.commit({ contact });
      const [stored] = await at.store.contacts([contact]);
      assert.equal(stored?.body, contact.body);
    });
  });

  describe('registered', () => {
    const at = useStore(open);
    /** Three ids, around the highest number. */
    function idsOf(contactId: string): [string, string, string] {
      const [first = '', second = '', third = ''] = registrationIdsOf(contactId, 2 ** 26 - 2);
      return [first, second, third];
    }

    test('finds a contact by any of its registration ids, with its newest document, through both connections', async () => {
      const [here, there] = at.stores;
      const contact = contactChange({ contactId: fresh('Kontakt 👋 ü') });
      await here.commit({ contact });
      await here.commit({ contact: { ...contact, version: 1, body: '{"v":2}' } });
      const { instanceId, contactId } = contact;
      for (const id of idsOf(contactId))
        for (const store of [here, there])
          assert.deepEqual(await store.registered(instanceId, id), {
            instanceId,
            contactId,
            version: 2,
            body: '{"v":2}',
          });
    });

    test('finds nothing in another instance, for another contact, or for what is not a registration id', async () => {
      const { store } = at;
      const contact = contactChange();
      await store.commit({ contact });
      const [id] = idsOf(contact.contactId);
      const [unknown] = idsOf(fresh('contact'));
      assert.equal(await store.registered('other', id), undefined);
      for (const other of [unknown, id.toUpperCase(), id.slice(1), contact.contactId, '%', ''])
        assert.equal(await store.registered(contact.instanceId, other), undefined, other);
    });

    test('finds no contact that housekeeping has deleted', async () => {
      const contact = contactChange({ keepForMs: 60_000 });
      await at.store.commit({ contact });
      const [id] = idsOf(contact.contactId);
      await at.advance(61_000);
      while (await at.store.sweep(100));
      assert.equal(await at.store.registered(contact.instanceId, id), undefined);
    });
  });

  describe('claimed', () => {
    const at = useStore(open);

    test('a ClientToken is known for 7 days, then free again', async () => {
      const { store } = at;
      const claim = newClaim();
      assert.equal(await store.commit({ claim }), 'committed');
      assert.deepEqual(await store.claimed(claim.instanceId, claim.operation, claim.token), claim);
      await at.advance(RETENTION.claimMs - 60_000);
      assert.equal(await store.commit({ claim: { ...claim, answer: 'new' } }), 'token-taken');
      assert.deepEqual(await store.claimed(claim.instanceId, claim.operation, claim.token), claim);
      await at.advance(61_000);
      assert.equal(await store.claimed(claim.instanceId, claim.operation, claim.token), undefined);
      assert.equal(await store.commit({ claim: { ...claim, answer: 'new' } }), 'committed');
      const renewed = await store.claimed(claim.instanceId, claim.operation, claim.token);
      assert.equal(renewed?.answer, 'new');
    });

    test('a token belongs to its instance and operation', async () => {
      const { store } = at;
      const claim = newClaim();
      await store.commit({ claim });
      assert.equal(await store.claimed('other', claim.operation, claim.token), undefined);
      assert.equal(await store.claimed(claim.instanceId, 'Other', claim.token), undefined);
      assert.equal(await store.commit({ claim: { ...claim, instanceId: 'other' } }), 'committed');
      assert.equal(await store.commit({ claim: { ...claim, operation: 'Other' } }), 'committed');
    });
  });

  describe('ended', () => {
    const at = useStore(open);

    test('lists contacts whose review is due, longest due first, until a commit moves the review', async () => {
      const { store } = at;
      const late = contactChange({ reviewInMs: 120_000 });
      const early = contactChange({ reviewInMs: 60_000 });
      const never = contactChange();
      for (const contact of [late, early, never]) await store.commit({ contact });
      assert.deepEqual(await store.ended(10), []);
      await at.advance(200_000);
      const due = await store.ended(10);
      assert.deepEqual(
        due.map(({ contactId }) => contactId),
        [early.contactId, late.contactId],
      );
      assert.deepEqual(due[0], {
        instanceId: early.instanceId,
        contactId: early.contactId,
        version: 1,
        body: early.body,
      });
      assert.equal((await store.ended(1)).length, 1);
      await store.commit({ contact: { ...early, version: 1, reviewInMs: undefined } });
      await store.commit({ contact: { ...late, version: 1, reviewInMs: 60_000 } });
      assert.deepEqual(await store.ended(10), []);
    });
  });
}
