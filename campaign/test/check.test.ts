// The checker finds every planted fault, and nothing in a flawless history.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check } from '../check.ts';
import type { History, LoggedDelivery, Receipt, ToldEvent } from '../history.ts';

const DEVICE = 'phone';
const HOUR_MS = 3_600_000;

/** Ten events a second for 20 s to one phone; a fault from second 8 to second 10, in which nothing arrives until it ends. */
function flawless(): {
  events: ToldEvent[];
  receipts: Receipt[];
  log: LoggedDelivery[];
  deletions: { deviceToken: string; answeredAt: number }[];
} & History {
  const ids = Array.from({ length: 200 }, (_, index) => `event-${index}`);
  const events = ids.map((id, index) => ({
    id,
    contactId: 'contact',
    devices: [DEVICE],
    acknowledgedAt: index * 100,
    expiresAt: Infinity,
  }));
  const arrival = (acknowledgedAt: number): number =>
    acknowledgedAt >= 8_000 && acknowledgedAt < 10_000 ? 10_500 : acknowledgedAt + 5;
  return {
    events,
    receipts: events.map(({ id, acknowledgedAt }) => ({
      gateway: 'apns',
      deviceToken: DEVICE,
      messageId: id,
      apnsId: `id of ${id}`,
      at: arrival(acknowledgedAt),
    })),
    log: events.map(({ id, acknowledgedAt }) => ({
      deliveryId: `id of ${id}`,
      messageId: id,
      deviceToken: DEVICE,
      attemptsAt: [arrival(acknowledgedAt) - 2],
    })),
    deletions: [],
    faults: [{ from: 8_000, to: 10_000 }],
    load: { from: 0, to: 20_000 },
  };
}

test('a flawless history has no findings', () => {
  const verdict = check(flawless());
  assert.deepEqual(verdict, {
    acknowledged: 200,
    delivered: 200,
    lost: [],
    manyIds: [],
    duplicates: {},
    afterDelete: [],
    afterExpiry: [],
    p50Ms: 5,
    p99Ms: 2_400,
    recoverySeconds: 0,
  });
});

test('a planted loss is found, unless the event was never acknowledged', () => {
  const history = flawless();
  history.receipts.splice(17, 1);
  assert.deepEqual(check(history).lost, ['event-17 → phone']);
  delete history.events[17]!.acknowledgedAt;
  assert.deepEqual(check(history).lost, []);
});

test('deleted and expired pushes may be missing', () => {
  const history = flawless();
  history.receipts.splice(17, 1);
  history.events[17] = { ...history.events[17]!, expiresAt: 5_000 };
  assert.deepEqual(check(history).lost, []);
});

test('a planted duplicate is counted for its gateway, under one id', () => {
  const history = flawless();
  history.receipts.push({ ...history.receipts[3]!, at: 19_000 });
  const { duplicates, manyIds, delivered } = check(history);
  assert.deepEqual(
    { duplicates, manyIds, delivered },
    { duplicates: { apns: 1 }, manyIds: [], delivered: 200 },
  );
});

test('a second delivery id is found at the gateway and in the log', () => {
  const atGateway = flawless();
  atGateway.receipts.push({ ...atGateway.receipts[3]!, apnsId: 'another' });
  assert.deepEqual(check(atGateway).manyIds, ['event-3 → phone']);
  const inLog = flawless();
  inLog.log.push({ ...inLog.log[4]!, deliveryId: 'another' });
  assert.deepEqual(check(inLog).manyIds, ['event-4 → phone']);
});

test('a push started more than a second after a delete is found, and a push that only arrived late is not', () => {
  const history = flawless();
  history.deletions.push({ deviceToken: DEVICE, answeredAt: 18_650 });
  assert.deepEqual(
    check(history).afterDelete,
    ['event-197', 'event-198', 'event-199'].map((id) => `${id} → phone`),
  );
  for (const index of [197, 198, 199]) history.log[index] = { ...history.log[index]!, attemptsAt: [19_000] };
  assert.deepEqual(check(history).afterDelete, []);
});

test('a late push is found even if the node died before logging it', () => {
  const history = flawless();
  history.deletions.push({ deviceToken: DEVICE, answeredAt: 18_850 });
  history.log.splice(199, 1);
  assert.deepEqual(check(history).afterDelete, ['event-199 → phone']);
});

test('a push started after its expiry is found', () => {
  const history = flawless();
  history.events[50] = { ...history.events[50]!, expiresAt: 4_900 };
  history.events[51] = { ...history.events[51]!, expiresAt: 5_100 + HOUR_MS };
  assert.deepEqual(check(history).afterExpiry, ['event-50 → phone']);
});

test('recovery is counted from the end of the fault to 90 % of the rate before it', () => {
  const history = flawless();
  for (const [index, receipt] of history.receipts.entries())
    if (receipt.at >= 10_000 && receipt.at < 13_000) history.receipts[index] = { ...receipt, at: 13_000 };
  assert.equal(check(history).recoverySeconds, 2.1);
});

test('a fault without recovery has no figure', () => {
  const history = flawless();
  for (const [index, receipt] of history.receipts.entries())
    if (receipt.at >= 8_000) history.receipts[index] = { ...receipt, at: 30_000 };
  assert.equal(check(history).recoverySeconds, undefined);
});
