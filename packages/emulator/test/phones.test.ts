// Phones behave like real phones: what arrives while they are off, what replaces what, and what uninstalling does.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { startEmulator, WaitTimeoutError, type Emulator, type Notification } from '@chatpush/emulator';
import { Events } from '../src/events.ts';
import { Phone } from '../src/phone.ts';
import { Phones } from '../src/phones.ts';
import { shownOn, type Happening } from '../src/screen.ts';
import { accessToken, connect, pushTo, sendFcm, TOKEN, TOPIC } from './senders.ts';

const START = 1_800_000_000_000;

/** A phone with a clock that the test controls. */
function ownPhone() {
  const clock = { time: START, now: () => clock.time };
  const phone = new Phone(TOKEN, clock, () => undefined);
  const apns = (body: string, headers: Record<string, string> = {}, app = TOPIC): number =>
    phone.receive({ gateway: 'apns', app, headers, body: JSON.stringify({ aps: { alert: { body } } }) });
  const fcm = (body: string, android: object = {}): number =>
    phone.receive({
      gateway: 'fcm',
      app: 'project',
      headers: {},
      body: JSON.stringify({ message: { token: TOKEN, data: { body }, android } }),
    });
  const seen = (): (string | undefined)[] => phone.shown.map(({ body }) => body).reverse();
  return { clock, phone, apns, fcm, seen };
}

test('equal collapse ids are one notification, and the newest is shown', () => {
  const { phone, apns, seen } = ownPhone();
  apns('one', { 'apns-collapse-id': 'a' });
  apns('two', { 'apns-collapse-id': 'b' });
  apns('three', { 'apns-collapse-id': 'a' });
  apns('four');
  apns('five');
  apns('six', { 'apns-collapse-id': 'a' }, 'com.example.other');
  assert.deepEqual(seen(), ['two', 'three', 'four', 'five', 'six']);
  assert.deepEqual(
    phone.shown.map(({ merged }) => merged),
    [1, 1, 1, 2, 1],
  );
  assert.equal(phone.notifications.length, 6, 'every accepted request is kept, unmerged');
});

test('while a phone is off, APNs stores the latest notification of each app', () => {
  const { clock, phone, apns, seen } = ownPhone();
  apns('before');
  phone.switchOff();
  for (const body of ['one', 'two', 'three']) apns(body);
  apns('other', {}, 'com.example.other');
  assert.deepEqual(seen(), ['before']);
  clock.time += 60_000;
  phone.switchOn();
  assert.deepEqual(seen(), ['before', 'three', 'other']);
  assert.equal(phone.shown[0]?.shownAt, clock.time);
});

test('a push that expires while the phone is off is never shown, and a push with a single attempt is not stored', () => {
  const { clock, phone, apns, seen } = ownPhone();
  phone.switchOff();
  apns('expires', { 'apns-expiration': String(START / 1000 + 60) });
  apns('lasts', { 'apns-expiration': String(START / 1000 + 3600) }, 'com.example.other');
  apns('once', { 'apns-expiration': '0' }, 'com.example.third');
  apns('a month', {}, 'com.example.fourth');
  clock.time += 120_000;
  phone.switchOn();
  assert.deepEqual(seen(), ['lasts', 'a month']);
  apns('now', { 'apns-expiration': '0' });
  assert.deepEqual(seen(), ['lasts', 'a month', 'now']);
});

test('FCM stores one message per collapse key, four keys, and a hundred messages without a key', () => {
  const { phone, fcm, seen } = ownPhone();
  phone.switchOff();
  fcm('a1', { collapse_key: 'a' });
  fcm('a2', { collapse_key: 'a' });
  for (const key of ['b', 'c', 'd', 'e']) fcm(key, { collapse_key: key });
  fcm('plain');
  fcm('never stored', { ttl: '0s' });
  phone.switchOn();
  assert.deepEqual(seen(), ['b', 'c', 'd', 'e', 'plain']);
});

test('FCM discards stored messages when there are more than a hundred, and when they expire', () => {
  const { clock, phone, fcm, seen } = ownPhone();
  phone.switchOff();
  for (let n = 0; n < 101; n++) fcm(`message ${n}`);
  fcm('after');
  fcm('short', { ttl: '60s' });
  clock.time += 61_000;
  phone.switchOn();
  assert.deepEqual(seen(), ['after']);
});

test('equal tags are one Android notification', () => {
  const { fcm, seen } = ownPhone();
  fcm('x', { notification: { tag: 't', body: 'one' } });
  fcm('x', { notification: { tag: 't', body: 'two' } });
  assert.deepEqual(seen(), ['two']);
});

test('a background notification is kept and not shown', () => {
  const { phone, seen } = ownPhone();
  phone.receive({ gateway: 'apns', app: TOPIC, headers: {}, body: '{"aps":{"content-available":1}}' });
  phone.receive({ gateway: 'apns', app: TOPIC, headers: {}, body: '{"aps":{"alert":"plain text"}}' });
  assert.deepEqual(seen(), ['plain text']);
  assert.equal(phone.notifications.length, 2);
});

test('on any phone, ids on the screen are unique and only received notifications are shown', () => {
  const step = fc.oneof(
    fc.record({
      what: fc.constant('arrived' as const),
      id: fc.option(fc.constantFrom('a', 'b')),
      app: fc.constantFrom('x', 'y'),
      lives: fc.option(fc.integer({ min: 0, max: 20 })),
    }),
    fc.record({ what: fc.constantFrom('off' as const, 'on' as const, 'uninstalled' as const) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      let n = 0;
      const happenings = steps.map((one, at): Happening => {
        if (one.what !== 'arrived') return { what: one.what, at: at * 1000 };
        const headers: Record<string, string> = {};
        if (one.id !== null) headers['apns-collapse-id'] = one.id;
        if (one.lives !== null) headers['apns-expiration'] = String(one.lives === 0 ? 0 : at + one.lives);
        const notification: Notification = {
          n: (n += 1),
          receivedAt: at * 1000,
          gateway: 'apns',
          app: one.app,
          headers,
          payload: { aps: { alert: 'x' } },
        };
        return { what: 'arrived', notification };
      });
      const shown = shownOn(happenings, steps.length * 1000);
      const ids = shown
        .filter(({ collapseId }) => collapseId !== undefined)
        .map(({ app, collapseId }) => `${app} ${collapseId}`);
      assert.equal(new Set(ids).size, ids.length);
      assert.equal(new Set(shown.map(({ n }) => n)).size, shown.length);
      assert.ok(shown.reduce((sum, { merged }) => sum + merged, 0) <= n);
      const lastGone = steps.findLastIndex(({ what }) => what === 'uninstalled');
      for (const { shownAt } of shown) assert.ok(shownAt >= lastGone * 1000);
      if (steps.every(({ what }) => what === 'arrived'))
        assert.equal(
          shown.reduce((sum, { merged }) => sum + merged, 0),
          n,
        );
    }),
    { seed: 20261122, numRuns: 500 },
  );
});

test('a phone keeps its newest 10,000 notifications and counts them all', () => {
  const { phone, apns } = ownPhone();
  for (let n = 1; n <= 10_003; n++) apns(`message ${n}`);
  assert.equal(phone.received, 10_003);
  assert.equal(phone.notifications.length, 10_000);
  assert.deepEqual([phone.notifications[0]?.n, phone.latest?.n], [4, 10_003]);
});

test('all phones together keep the newest 200,000', () => {
  const clock = { now: () => START };
  const phones = new Phones(clock, new Events());
  const receive = (token: string): void =>
    phones.receive(token, { gateway: 'apns', app: TOPIC, headers: {}, body: '{}' });
  for (let n = 0; n < 15_000; n++) receive('flooded');
  for (let n = 0; n < 3; n++) receive('quiet');
  assert.equal(phones.phone('flooded').notifications.length, 10_000);
  for (let phone = 0; phone < 30; phone++) for (let n = 0; n < 6_000; n++) receive(`phone ${phone}`);
  // 195,003 have arrived: all are kept that do not exceed their phone's own limit.
  assert.equal(phones.phone('flooded').notifications.length, 10_000);
  for (let n = 0; n < 20_003; n++) receive(`late ${n % 4}`);
  assert.equal(phones.phone('flooded').notifications.length, 0);
  assert.deepEqual(phones.phone('quiet').notifications, []);
  assert.deepEqual(
    [phones.phone('quiet').received, phones.phone('phone 0').notifications.length],
    [3, 5_997],
  );
});

const push = async (emulator: Emulator, body: string, headers: object = {}): Promise<number | undefined> => {
  await using wire = await connect(emulator.apns.url, emulator.ca);
  return (
    await wire.request(pushTo(emulator, TOKEN, { ...headers }), JSON.stringify({ aps: { alert: { body } } }))
  ).status;
};

test('an uninstalled app is gone for both gateways, and a reinstalled one is back', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  const android = emulator.phone('android');
  const iphone = emulator.phone(TOKEN);
  assert.equal(await push(emulator, 'one'), 200);
  for (const phone of [iphone, android]) phone.uninstall();
  assert.equal(await push(emulator, 'two'), 410);
  assert.equal((await sendFcm(emulator, bearer, { token: 'android', data: { body: 'two' } })).status, 404);
  assert.deepEqual(iphone.shown, []);
  for (const phone of [iphone, android]) phone.reinstall();
  assert.equal(await push(emulator, 'three'), 200);
  assert.equal((await sendFcm(emulator, bearer, { token: 'android', data: { body: 'three' } })).status, 200);
  assert.deepEqual(
    iphone.shown.map(({ body }) => body),
    ['three'],
  );
});

test('a wait resolves with the expected notifications, even if they arrived before it', async () => {
  await using emulator = await startEmulator();
  const phone = emulator.phone(TOKEN);
  await push(emulator, 'early');
  assert.equal((await phone.waitFor({ contains: 'early' })).length, 1);
  const two = phone.waitFor({ count: 2, contains: 'ly' });
  await push(emulator, 'no');
  await push(emulator, 'lately');
  assert.deepEqual(
    (await two).map(({ n }) => n),
    [1, 3],
  );
});

test('a failed wait says what was missing and what did arrive', async () => {
  await using emulator = await startEmulator();
  await push(emulator, 'one');
  await assert.rejects(
    emulator.phone(TOKEN).waitFor({ count: 2, contains: 'one', timeoutMs: 20 }),
    (error: Error) => {
      assert.ok(error instanceof WaitTimeoutError);
      assert.equal(
        error.message,
        `Timed out after 20 ms: 1 of 2 notifications containing "one" reached ${TOKEN}. The newest of 1 received notifications:\n  1: {"aps":{"alert":{"body":"one"}}}`,
      );
      return true;
    },
  );
  const forgotten = emulator.phone(TOKEN).waitFor({ count: 5 });
  emulator.forgetPhones();
  await assert.rejects(forgotten, /The phone was forgotten/);
  await assert.rejects(
    emulator.phone('dd').waitFor({ timeoutMs: 1 }),
    /0 of 1 notifications reached dd\. Nothing has arrived on this phone\. Check the device token/,
  );
});

test('closing the emulator ends waits on phones that never appeared', async () => {
  const emulator = await startEmulator();
  const waiting = assert.rejects(emulator.phone('ab').waitFor(), /forgotten/);
  await emulator.close();
  await waiting;
});
