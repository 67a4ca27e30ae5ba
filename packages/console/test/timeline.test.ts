// The delivery log in plain words.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Delivery } from '@chatpush/client';
import { explain, summaryOf, timelineOf } from '../src/views/contact/timeline.ts';

const delivery = (changed: Partial<Delivery>): Delivery => ({
  deliveryId: 'd-1',
  contactId: 'c-1',
  messageId: 'm-1',
  registrationId: 'r-1',
  status: 'accepted',
  attempts: [],
  attemptCount: 0,
  createdAt: '2026-11-22T09:05:00.000Z',
  canReplay: false,
  ...changed,
});

const attempt = (answer: string, gateway = 'apns (emulated)') => ({
  at: '2026-11-22T09:05:00.010Z',
  outcome: 'rejected' as const,
  gateway,
  answer,
});

test('deliveries are grouped by message, newest message first', () => {
  const newestFirst = [
    delivery({ deliveryId: 'd-3', messageId: 'm-2' }),
    delivery({ deliveryId: 'd-2' }),
    delivery({ deliveryId: 'd-1' }),
  ];
  const told = timelineOf(newestFirst).map(({ messageId, deliveries }) => [
    messageId,
    deliveries.map(({ deliveryId }) => deliveryId),
  ]);
  assert.deepEqual(told, [
    ['m-2', ['d-3']],
    ['m-1', ['d-1', 'd-2']],
  ]);
});

test('a refusal is explained by the likely cause of the gateway’s reason, with a fix', () => {
  const gone = explain(
    delivery({ status: 'rejected', reason: 'Unregistered', attempts: [attempt('410 Unregistered')] }),
  );
  assert.match(gone?.why ?? '', /removed from this device/);
  assert.match(gone?.cure ?? '', /new token/);
  // The same reason means different things from Apple and from Google.
  const google = explain(
    delivery({ status: 'rejected', reason: 'UNREGISTERED', attempts: [attempt('404 UNREGISTERED', 'fcm')] }),
  );
  assert.match(google?.why ?? '', /270 days/);
});

test('an unsent delivery says why, and an accepted one needs no reason', () => {
  assert.equal(
    explain(delivery({ status: 'skipped', reason: 'no-registration' }))?.why,
    'The contact has no registered device.',
  );
  assert.equal(explain(delivery({ attempts: [{ ...attempt('200'), outcome: 'accepted' }] })), undefined);
  assert.equal(
    explain(delivery({ status: 'rejected', reason: 'Novelty', attempts: [attempt('400 Novelty')] }))?.why,
    'The gateway said Novelty.',
  );
});

test('the summary describes the newest message', () => {
  assert.equal(summaryOf([], []), 'No device is registered. No message has arrived.');
  assert.equal(
    summaryOf(timelineOf([delivery({ status: 'skipped', reason: 'contact-ended' })]), undefined),
    'The contact has ended, or never started here. Newest message: not pushed. The chat had ended before this message, or the message arrived too long after the end.',
  );
});
