// Addresses of views survive writing and reading, whatever characters the ids contain.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { hrefOf, parseAddress, type Address } from '../src/address.ts';

const id = fc.string({ minLength: 1, unit: 'grapheme' });
const find = fc.option(id, { nil: undefined });
const number = fc.nat(1_000_000);

const address: fc.Arbitrary<Address> = fc.oneof(
  fc.record({ view: fc.constant('phones' as const), find }),
  fc.record({ view: fc.constant('phones' as const), find, request: number }),
  fc.record({
    view: fc.constant('phones' as const),
    find,
    notification: fc.record({ deviceToken: id, n: number }),
  }),
  fc.record({ view: fc.constant('contacts' as const), contactId: id, instanceId: find }),
  fc.record({
    view: fc.constant('contacts' as const),
    contactId: fc.constant(undefined),
    instanceId: fc.constant(undefined),
  }),
  fc.record({ view: fc.constant('search' as const), text: id }),
  fc.record({ view: fc.constant('health' as const), alert: find }),
  fc.constantFrom<Address>({ view: 'applications' }, { view: 'faults' }),
);

test('every written address reads back the same', () => {
  fc.assert(fc.property(address, (one) => assert.deepEqual(parseAddress(hrefOf(one)), structuredClone(one))));
});

test('an address that names no view leads to the phones', () => {
  for (const hash of ['', '#', '#/', '#/nothing/here', '#/phones/%', '#/requests/x'])
    assert.equal(parseAddress(hash).view, 'phones', hash);
});
