// The consequence of every outcome for its delivery.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decide } from '../../src/delivery/decide.ts';
import type { Decision, Situation } from '../../src/delivery/decide.ts';
import { DELAY, backOffMs } from '../../src/delivery/retry.ts';
import type { Outcome, Verdict } from '../../src/gateways/gateway.ts';

const apns: Situation = {
  sent: 0,
  unsentInARow: 0,
  pauses: 0,
  family: 'apns',
  random: 0.5,
};
const fcm: Situation = { ...apns, family: 'fcm' };
const rejected = (verdict: Verdict, more: object = {}): Outcome => ({
  kind: 'rejected',
  verdict,
  answer: '400 Reason',
  reason: 'Reason',
  ms: 1,
  ...more,
});
const queued = (dueInMs: number, reason = 'Reason'): Decision['to'] => ({
  status: 'queued',
  dueInMs,
  reason,
});
const ended: Decision['to'] = { status: 'rejected', reason: 'Reason' };

const TABLE: [string, Outcome, Situation, Decision][] = [
  [
    'accepted ends it',
    { kind: 'accepted', answer: '200', ms: 1 },
    apns,
    { to: { status: 'accepted' }, sign: 'good' },
  ],
  ['a wrong message ends it', rejected('message'), apns, { to: ended, sign: 'good' }],
  [
    'a dead token ends it and removes the registration, with the time Apple gave',
    rejected('token-dead', { deadSince: 7 }),
    apns,
    { to: ended, sign: 'good', effect: { kind: 'remove-registration', deadSince: 7 } },
  ],
  [
    'a suspect token ends it and suspends the registration',
    rejected('token-suspect'),
    apns,
    { to: ended, sign: 'good', effect: { kind: 'suspend-registration' } },
  ],
  ['a refused credential keeps it', rejected('credential'), apns, { to: queued(0), sign: 'credential' }],
  [
    'a flooded device is left alone as long as it asks',
    rejected('device-busy', { retryAfterMs: 5_000 }),
    apns,
    { to: queued(5_500), sign: 'good', effect: { kind: 'pause-device', forMs: 5_000 } },
  ],
  [
    'a flooded device that does not say how long gets a minute',
    rejected('device-busy'),
    apns,
    { to: queued(60_500), sign: 'good', effect: { kind: 'pause-device', forMs: 60_000 } },
  ],
  [
    // Regression: it was retried immediately, with 249 attempts within three seconds.
    'a flooded device with a Retry-After of 0 gets a minute, too',
    rejected('device-busy', { retryAfterMs: 0 }),
    apns,
    { to: queued(60_500), sign: 'good', effect: { kind: 'pause-device', forMs: 60_000 } },
  ],
  [
    'a device that is busy again after three pauses is left alone eight times as long',
    rejected('device-busy', { retryAfterMs: 5_000 }),
    { ...apns, pauses: 3 },
    { to: queued(40_500), sign: 'good', effect: { kind: 'pause-device', forMs: 40_000 } },
  ],
  [
    'a device that is busy for ever: up to 15 minutes',
    rejected('device-busy', { retryAfterMs: 1 }),
    { ...apns, pauses: 99 },
    { to: queued(900_500), sign: 'good', effect: { kind: 'pause-device', forMs: 900_000 } },
  ],
  [
    'but never less than it asks for',
    rejected('device-busy', { retryAfterMs: 3_600_000 }),
    { ...apns, pauses: 99 },
    { to: queued(3_600_500), sign: 'good', effect: { kind: 'pause-device', forMs: 3_600_000 } },
  ],
  [
    'APNs busy: a second, with full jitter',
    rejected('gateway-busy'),
    apns,
    { to: queued(500), sign: 'busy' },
  ],
  [
    'APNs busy for the sixth time: up to 32 seconds',
    rejected('gateway-busy'),
    { ...apns, sent: 5 },
    { to: queued(16_000), sign: 'busy' },
  ],
  [
    'APNs busy for ever: up to 15 minutes',
    rejected('gateway-busy'),
    { ...apns, sent: 99 },
    { to: queued(450_000), sign: 'busy' },
  ],
  ['FCM busy: 10 seconds and jitter', rejected('gateway-busy'), fcm, { to: queued(15_000), sign: 'busy' }],
  [
    'FCM quota without Retry-After: 60 seconds and jitter',
    rejected('gateway-busy', { answer: '429 QUOTA_EXCEEDED' }),
    fcm,
    { to: queued(60_500), sign: 'busy' },
  ],
  [
    'Retry-After is a floor',
    rejected('gateway-busy', { retryAfterMs: 2_000 }),
    fcm,
    { to: queued(2_500), sign: 'busy' },
  ],
  ['a fresh token is tried at once', rejected('again'), apns, { to: queued(0), sign: 'neutral' }],
  ['and not for ever at once', rejected('again'), { ...apns, sent: 2 }, { to: queued(2_000), sign: 'busy' }],
  [
    'never sent: repeated from memory',
    { kind: 'unsent', answer: 'refused', ms: 1 },
    apns,
    { to: { status: 'repeat' }, sign: 'neutral' },
  ],
  [
    'never sent four times: waits a second with full jitter, whatever came before, and the breaker learns of it',
    { kind: 'unsent', answer: 'refused', ms: 1 },
    { ...apns, sent: 5, unsentInARow: DELAY.unsentFreeAttempts },
    { to: queued(500, 'refused'), sign: 'busy' },
  ],
  [
    'no answer on APNs: a second, with full jitter',
    { kind: 'unknown', answer: 'time-out', ms: 1 },
    apns,
    { to: queued(500, 'time-out'), sign: 'busy' },
  ],
  [
    'no answer on FCM: not before 10 seconds',
    { kind: 'unknown', answer: 'time-out', ms: 1 },
    { ...fcm, random: 0 },
    { to: queued(10_000, 'time-out'), sign: 'busy' },
  ],
];

describe('what an outcome means', () => {
  for (const [name, outcome, situation, decision] of TABLE)
    test(name, () => assert.deepEqual(decide(outcome, situation), decision));
});

test('back-off has full jitter and a ceiling', () => {
  assert.equal(backOffMs(0, 1_000, 60_000, 0), 0);
  assert.equal(backOffMs(3, 1_000, 60_000, 0.999_999), 8_000);
  assert.equal(backOffMs(1_000, 1_000, 60_000, 0.999_999_99), 60_000);
});
