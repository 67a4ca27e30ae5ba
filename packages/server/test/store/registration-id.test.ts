import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { locatorIn, locatorKey, locatorOf, registrationIdsOf } from '../../src/store/registration-id.ts';

const UUID_V8 = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test('a registration id is a UUID of version 8 and leads to its contact, whatever its number', () => {
  const numbers = fc.integer({ min: 0, max: 2 ** 26 - 1 });
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), numbers, (contactId, number) => {
      const [id = ''] = registrationIdsOf(contactId, number);
      assert.match(id, UUID_V8);
      assert.equal(locatorIn(id), locatorOf(contactId));
      assert.ok(Number.isSafeInteger(locatorKey(locatorOf(contactId))));
    }),
  );
});

test('the ids of one contact differ, and start again after the last number', () => {
  const ids = registrationIdsOf('contact', 2 ** 26 - 500);
  const listed = Array.from({ length: 1_000 }, () => ids.next().value as string);
  assert.equal(new Set(listed).size, 1_000);
  const [first] = registrationIdsOf('contact', 0);
  assert.equal(listed[500], first);
});

test('ids that are not made for a contact lead nowhere', () => {
  const [made] = registrationIdsOf('c', 1);
  for (const id of ['', 'r1', crypto.randomUUID(), `${made}0`]) assert.equal(locatorIn(id), undefined);
});
