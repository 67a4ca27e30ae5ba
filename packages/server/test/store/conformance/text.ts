import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  contactChange,
  counts,
  credit,
  ids,
  newClaim,
  newDelivery,
  settlement,
  useStore,
  type Open,
} from './harness.ts';

const ODD = [
  "it's",
  '"quoted"',
  'back\\slash',
  '{a,b}',
  'NULL',
  '$1; --',
  ' ',
  'new\nline',
  'NUL \u0000 and \u0001 and \u00010',
  'Zoë 👩‍👩‍👧‍👧 ﷽',
];

export function textCases(open: Open): void {
  describe('any text', () => {
    const at = useStore(open);

    for (const text of ODD) {
      test(`as a key and as a value: ${JSON.stringify(text)}`, async () => {
        const { store } = at;
        const contact = contactChange({ instanceId: text, contactId: text, body: JSON.stringify(text) });
        const claim = newClaim({ instanceId: text, token: text, answer: JSON.stringify(text) });
        assert.equal(await store.commit({ contact, claim }), 'committed');
        const { body } = contact;
        assert.deepEqual(await store.contacts([contact]), [
          { instanceId: text, contactId: text, version: 1, body },
        ]);
        assert.deepEqual(await store.claimed(text, claim.operation, text), claim);
        assert.equal(await store.commit({ claim }), 'token-taken');

        const node = await at.node();
        const keys = { id: text, instanceId: text, contactId: text, lane: text };
        const delivery = newDelivery({ ...keys, messageId: text, registrationId: text, work: body });
        await store.enqueue([delivery], node, new Map());
        assert.deepEqual(await counts(store, 1), new Map([[text, 1]]));
        const [claimed] = await store.claim(node, credit(text, 1));
        assert.deepEqual([claimed?.lane, claimed?.messageId, claimed?.work], [text, text, body]);
        await store.settle(node, [settlement(text, { status: 'rejected', reason: text })]);
        const { items } = await store.deliveries(contact, { limit: 5 });
        assert.deepEqual(ids(items), [text]);
        assert.equal(items[0]?.reason, text);
        assert.equal(await store.putSetting('instance', text, 0, body), 'committed');
        assert.equal((await store.setting('instance', text))?.body, body);
      });
    }
  });
}
