// Promise: one event, one delivery. Its id is derived from event and device, on every node and permanently.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deliveryId, skippedId } from '../../src/delivery/identity.ts';
import { dayOf } from '../../src/store/days.ts';
import { laneOf, parseLane, parseWork, serialiseWork } from '../../src/delivery/work.ts';

type Parts = [string, string, string, string];
const parts = fc.tuple(fc.string(), fc.string(), fc.string(), fc.string());

test('the id of a delivery is the same in every version of the service', () => {
  assert.equal(
    deliveryId('instance', 'contact', 'message', 'apns:ab01'),
    'ed1260ab-cc19-8520-90af-5361194cf298',
  );
  assert.equal(skippedId('instance', 'contact', 'message', ''), '9f92c400-41a7-8345-b1bf-b7e10b688250');
});

test('every id is a lower-case UUID of version 8, which APNs accepts as apns-id', () => {
  fc.assert(
    fc.property(parts, (of: Parts) => {
      const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
      assert.match(deliveryId(...of), uuid);
      assert.match(skippedId(...of), uuid);
      assert.notEqual(deliveryId(...of), skippedId(...of));
    }),
    { seed: 1, numRuns: 500 },
  );
});

test('ids differ even if their concatenated parts are equal', () => {
  // The same characters, split at other places, including the separator characters.
  const text = fc.string({ unit: fc.constantFrom('1', ':', '\n', 'a'), maxLength: 4 });
  fc.assert(
    fc.property(
      fc.tuple(text, text, text, text),
      fc.tuple(text, text, text, text),
      (one: Parts, two: Parts) => {
        assert.equal(deliveryId(...one) === deliveryId(...two), JSON.stringify(one) === JSON.stringify(two));
      },
    ),
    { seed: 2, numRuns: 5_000 },
  );
});

test('the day of an event is its UTC day', () => {
  assert.equal(dayOf(Date.UTC(2026, 10, 22, 23, 59, 59, 999)), '2026-11-22');
  assert.equal(dayOf(Date.UTC(2026, 10, 23)), '2026-11-23');
});

test('a lane name can be parsed for any instance id', () => {
  fc.assert(
    fc.property(fc.string(), fc.constantFrom('APNS', 'APNS_SANDBOX', 'GCM'), (instanceId, deviceType) => {
      const name = { instanceId, deviceType, applicationArn: 'arn:aws:mobiletargeting:r:1:apps/a' };
      assert.deepEqual(parseLane(laneOf(name)), name);
    }),
    { seed: 3, numRuns: 500 },
  );
  assert.throws(() => parseLane('APNS'), TypeError);
});

test('work is stored unchanged', () => {
  const work = {
    deviceToken: 'ab01',
    title: '',
    body: 'Grüße 👋\u0000',
    data: { initialContactId: 'c', messageId: 'm', messageType: 'MESSAGE', contentType: 'text/plain' },
    expiresAt: 1_795_000_000_000,
  };
  assert.deepEqual(parseWork(serialiseWork(work)), work);
});
