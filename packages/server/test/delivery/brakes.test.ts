// A gateway that fails, refuses or is unreachable: its deliveries wait with a reason, expire on time, and are sent when the
// gateway has recovered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { iphone } from '../promises/system.ts';
import { createFastClock, startPipeline, allAccepted } from './pipeline.ts';

const HALF_A_DAY_MS = 12 * 3_600_000;
/** An event so old that its notification expires in the given milliseconds. */
const expiringIn = (ms: number, now = Date.now()) => ({
  AbsoluteTime: new Date(now - HALF_A_DAY_MS + ms).toISOString(),
});

test('a refused credential holds deliveries, and they are sent once it works', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock });
  const token = iphone('credential');
  await pipeline.register('contact', token);
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 403, reason: 'InvalidProviderToken' },
  ]);
  await pipeline.say('contact', ['1', '2', '3']);
  await pipeline.settled('contact', (entries) => entries.some(({ attemptCount }) => attemptCount > 0));
  assert.deepEqual(
    pipeline.dispatcher.status().map(({ breaker, reason }) => [breaker, reason]),
    [['open', 'credential']],
  );
  pipeline.emulator.faults.clear();
  clock.advance(16_000);
  await pipeline.settled('contact', allAccepted);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 3);
});

test('refused streams do not increase the back-off of a delivery', async () => {
  // Regression: they counted as errors, and 20 of them within seconds delayed the push by up to half an hour.
  await using pipeline = await startPipeline();
  const token = iphone('refused');
  await pipeline.register('contact', token);
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'reset-stream', code: 7, times: 20 }]);
  await pipeline.say('contact', ['1']);
  const [entry] = await pipeline.settled('contact', allAccepted);
  assert.ok(entry!.attempts.slice(0, -1).every(({ outcome }) => outcome === 'unsent'));
  assert.equal(pipeline.emulator.phone(token).notifications.length, 1);
});

test('after each pause a flooded device is probed with one delivery, not with all waiting ones', async () => {
  // Regression: with 8,000 waiting, every pause ended in as many refused attempts as there were streams.
  await using pipeline = await startPipeline();
  const token = iphone('flooded');
  await pipeline.register('contact', token);
  // A connection has one stream until its first answer.
  await pipeline.say('contact', ['first']);
  await pipeline.settled('contact', allAccepted);
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 1 },
  ]);
  const ids = Array.from({ length: 20 }, (_, n) => `${n}`);
  await pipeline.say('contact', ids);
  // Everything that started before the first refusal, and everything that has waited since.
  await pipeline.settled(
    'contact',
    (all) => all.length === 21 && all.slice(0, 20).every(({ reason }) => reason),
  );
  const first = pipeline.emulator.requests.total;
  // Pauses of a second and of two end within four, whatever the jitter; a third may.
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const asked = pipeline.emulator.requests.total - first;
  assert.ok(asked >= 1 && asked <= 3, `asked ${asked} times`);
  pipeline.emulator.faults.clear();
  await pipeline.settled('contact', allAccepted);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 21);
});

test('promise 5: a delivery that waited beyond its time to live is never attempted', async () => {
  await using pipeline = await startPipeline();
  const token = iphone('late');
  await pipeline.register('contact', token);
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 2, times: 1 },
  ]);
  await pipeline.say('contact', ['1'], expiringIn(1_500));
  const [entry] = await pipeline.settled('contact', ([one]) => one!.status !== 'queued');
  assert.equal(entry!.status, 'expired');
  assert.equal(entry!.attemptCount, 1);
  assert.equal(pipeline.emulator.phone(token).notifications.length, 0);
});

test('a delivery whose wait exceeds its time to live expires on time', async () => {
  // Regression: it stayed queued for as long as the gateway asked, here a day.
  await using pipeline = await startPipeline();
  await pipeline.register('contact', iphone('flooded'));
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 429, reason: 'TooManyRequests', retryAfterSeconds: 86_400 },
  ]);
  await pipeline.say('contact', ['first', 'second'], expiringIn(2_000));
  const entries = await pipeline.settled('contact', (all) => all.every(({ status }) => status === 'expired'));
  assert.ok(entries.every(({ attemptCount }) => attemptCount <= 1));
});

test('promise 5: an unanswered attempt is not repeated after the delivery has expired', async () => {
  await using pipeline = await startPipeline();
  const token = iphone('black hole');
  await pipeline.register('contact', token);
  // A connection has one stream until its first answer; after that, attempts do not wait for each other.
  await pipeline.say('contact', ['first']);
  await pipeline.settled('contact', allAccepted);
  // Two attempts time out after their deadline of ten seconds; the next is answered.
  pipeline.emulator.faults.set([{ gateway: 'apns', fault: 'black-hole', times: 2 }]);
  const expiresAt = Date.now() + 5_000;
  await pipeline.say('contact', ['short'], expiringIn(5_000));
  await pipeline.say('contact', ['long']);
  await pipeline.settled('contact', (all) => all.every(({ attemptCount }) => attemptCount > 0));
  const entries = await pipeline.settled('contact', (all) => all.every(({ status }) => status !== 'queued'));
  assert.deepEqual(
    entries.map(({ messageId, status, attempts }) => [messageId, status, attempts.map((one) => one.outcome)]),
    [
      ['long', 'accepted', ['unknown', 'accepted']],
      ['short', 'expired', ['unknown']],
      ['first', 'accepted', ['accepted']],
    ],
  );
  // The gateway's own word, request by request: whether it was the short-lived one's, and came before the moment.
  const short = entries.find(({ messageId }) => messageId === 'short')!.id;
  assert.deepEqual(
    pipeline.emulator.requests.list().map(({ apnsId, at }) => [apnsId === short, at < expiresAt]),
    [
      [false, true],
      [true, true],
      [false, true],
      [false, false],
    ],
  );
  const { notifications } = pipeline.emulator.phone(token);
  assert.deepEqual(
    notifications.map(({ payload }) => (payload as { messageId: string }).messageId),
    ['first', 'long'],
  );
});

test('behind an unreachable gateway deliveries expire in the log, too, and waiting ones show the reason', async () => {
  const clock = createFastClock();
  await using pipeline = await startPipeline({ clock, apns: { host: '127.0.0.1', port: 1 } });
  await pipeline.register('contact', iphone('nowhere'));
  await pipeline.say('contact', ['old'], expiringIn(20_000));
  await pipeline.say('contact', ['new']);
  // The first look comes when it has not worked for half a minute; nodes that slept take a new name first.
  await pipeline.settled('contact', (entries) => entries.every(({ status }) => status === 'queued'));
  clock.advance(40_000);
  const entries = await pipeline.settled('contact', (all) => all.some(({ status }) => status !== 'queued'));
  assert.deepEqual(
    entries.map(({ messageId, status, attemptCount }) => [messageId, status, attemptCount]),
    [
      ['new', 'queued', 0],
      ['old', 'expired', 0],
    ],
  );
  await pipeline.settled('contact', ([one]) => one!.reason === 'gateway-unreachable');
});

test('a channel’s answer about a token does not affect a registration that has moved to another channel', async () => {
  await using pipeline = await startPipeline();
  const token = iphone('moved');
  await pipeline.register('contact', token, 'APNS');
  pipeline.emulator.faults.set([
    { gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 1, times: 1 },
    { gateway: 'apns', fault: 'http', status: 400, reason: 'BadDeviceToken' },
  ]);
  await pipeline.say('contact', ['1']);
  await pipeline.settled('contact', ([one]) => one!.attemptCount === 1);
  await pipeline.register('contact', token, 'APNS_SANDBOX');
  await pipeline.settled('contact', ([one]) => one!.status === 'rejected');
  // Said over the new channel, so whatever the answer led to has been done by then.
  await pipeline.say('contact', ['2']);
  await pipeline.settled('contact', ([one]) => one!.status === 'accepted');
  const [registration] = await pipeline.registrations('contact');
  assert.deepEqual([registration!.status, registration!.deviceType], ['active', 'APNS_SANDBOX']);
});
