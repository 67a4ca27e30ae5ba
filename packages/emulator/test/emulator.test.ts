import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator, type Description } from '@chatpush/emulator';
import { accessToken, ALERT, connect, pushTo, sendFcm, TOKEN, TOPIC } from './senders.ts';

test('a push to either environment of APNs lights up an unknown phone', async () => {
  await using emulator = await startEmulator();
  for (const [address, gateway, deviceType] of [
    [emulator.apns, 'apns', 'APNS'],
    [emulator.apnsSandbox, 'apns-sandbox', 'APNS_SANDBOX'],
  ] as const) {
    const token = deviceType === 'APNS' ? 'aa'.repeat(32) : 'bb'.repeat(32);
    await using wire = await connect(address.url, emulator.ca);
    const waiting = emulator.phone(token).waitFor({ contains: 'Hello' });
    const answered = await wire.request(pushTo(emulator, token), JSON.stringify(ALERT));
    assert.equal(answered.status, 200, answered.text);
    assert.equal(answered.text, '');
    assert.match(String(answered.headers['apns-id']), /^[0-9a-f-]{36}$/);
    const [notification] = await waiting;
    assert.equal(notification?.gateway, gateway);
    assert.deepEqual(notification.payload, ALERT);
    assert.equal(notification.headers['apns-topic'], TOPIC);
    assert.equal(notification.headers['authorization'], undefined);
    assert.equal(emulator.phone(token).deviceType, deviceType);
    assert.deepEqual(
      emulator.phone(token).shown.map(({ title, body }) => ({ title, body })),
      [{ title: 'Ann', body: 'Hello' }],
    );
  }
});

test('a message to FCM lights up an unknown phone', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  const message = {
    token: 'an:Android-token_1',
    data: { title: 'Ann', body: 'Hello' },
    android: { priority: 'HIGH', ttl: '3600s' },
  };
  const { status, body } = await sendFcm(emulator, bearer, message);
  assert.equal(status, 200);
  assert.match((body as { name: string }).name, /^projects\/chatpush-emulator\/messages\/.+/);
  const [notification] = await emulator.phone('an:Android-token_1').waitFor();
  assert.deepEqual(notification?.payload, { message });
  assert.equal(emulator.phone('an:Android-token_1').deviceType, 'GCM');
});

test('the HTTP API gives a sender everything it must know, and tells a test what arrived', async () => {
  await using emulator = await startEmulator();
  const description = (await (await fetch(`${emulator.url}/emulator`)).json()) as Description;
  assert.deepEqual(description, JSON.parse(JSON.stringify(emulator.description)));
  assert.equal(description.apns.url, emulator.apns.url);

  const phone = `${emulator.url}/emulator/phones/${TOKEN}`;
  assert.equal((await fetch(phone)).status, 404);
  const waiting = fetch(`${phone}/wait?count=2&contains=${encodeURIComponent('"quoted"')}&timeoutMs=5000`);
  await using wire = await connect(description.apns.url, description.ca);
  for (const body of ['one "quoted"', 'two', 'three "quoted"']) {
    await wire.request(pushTo(emulator), JSON.stringify({ aps: { alert: { body } } }));
  }
  const waited = (await (await waiting).json()) as { notifications: { n: number }[] };
  assert.deepEqual(
    waited.notifications.map(({ n }) => n),
    [1, 3],
  );
  const view = (await (await fetch(phone)).json()) as {
    deviceType: string;
    notifications: unknown[];
    shown: unknown[];
  };
  assert.equal(view.deviceType, 'APNS');
  assert.equal(view.notifications.length, 3);
  assert.equal(view.shown.length, 3);
  const { phones } = (await (await fetch(`${emulator.url}/emulator/phones`)).json()) as {
    phones: { received: number }[];
  };
  assert.deepEqual(
    phones.map(({ received }) => received),
    [3],
  );
  assert.equal((await fetch(`${emulator.url}/emulator/phones`, { method: 'DELETE' })).status, 200);
  assert.equal((await fetch(phone)).status, 404);
  assert.equal((await fetch(`${phone}/wait?timeoutMs=1`)).status, 504);
});
