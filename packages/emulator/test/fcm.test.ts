// What FCM accepts, as Google documents it: messages, addresses, access tokens, rates.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startEmulator } from '@chatpush/emulator';
import { accessToken, connect, sendFcm, sendUrl } from './senders.ts';

const DEVICE = 'dEvice:APA91bE-token_1';
const MESSAGE = { token: DEVICE, data: { title: 'Ann', body: 'Hello' } };

test('camelCase names are accepted, as by Google’s JSON reader', async () => {
  await using emulator = await startEmulator();
  const { status, text } = await sendFcm(emulator, await accessToken(emulator), {
    ...MESSAGE,
    android: { collapseKey: 'chat', directBootOk: true },
  });
  assert.equal(status, 200, text);
  const [notification] = emulator.phone(DEVICE).notifications;
  assert.deepEqual(notification?.payload, {
    message: { ...MESSAGE, android: { collapse_key: 'chat', direct_boot_ok: true } },
  });
});

test('the whole schema is accepted', async () => {
  await using emulator = await startEmulator();
  const message = {
    token: DEVICE,
    notification: { title: 'T', body: 'B', image: 'https://example.com/i.png' },
    fcm_options: { analytics_label: 'l' },
    android: {
      priority: 'NORMAL',
      ttl: '3.5s',
      restricted_package_name: 'com.example',
      notification: {
        tag: 't',
        sticky: true,
        event_time: '2026-11-22T10:00:00Z',
        visibility: 'SECRET',
        notification_count: 3,
        vibrate_timings: ['1s', '0.5s'],
        title_loc_args: ['a'],
        light_settings: {
          color: { red: 1, green: 0.5, blue: 0, alpha: 1 },
          light_on_duration: '1s',
          light_off_duration: '2s',
        },
      },
    },
    apns: {
      headers: { 'apns-priority': '5' },
      payload: { aps: { badge: 1 }, x: [1] },
      fcm_options: { image: 'i' },
    },
    webpush: {
      headers: { TTL: '60' },
      notification: { anything: [1] },
      fcm_options: { link: 'https://example.com' },
    },
  };
  const { status, text } = await sendFcm(emulator, await accessToken(emulator), message);
  assert.equal(status, 200, text);
});

test('an installation id works like a token; a topic is accepted and reaches no phone', async () => {
  await using emulator = await startEmulator();
  const bearer = await accessToken(emulator);
  assert.equal((await sendFcm(emulator, bearer, { fid: 'fid-1', data: { k: 'v' } })).status, 200);
  assert.equal((await sendFcm(emulator, bearer, { topic: 'news', data: { k: 'v' } })).status, 200);
  assert.deepEqual(
    emulator.phones().map(({ deviceToken }) => deviceToken),
    ['fid-1'],
  );
});

test('validate_only is answered and reaches no phone', async () => {
  await using emulator = await startEmulator();
  const body = JSON.stringify({ message: MESSAGE, validate_only: true });
  const { status } = await sendFcm(emulator, await accessToken(emulator), body);
  assert.equal(status, 200);
  assert.equal(emulator.phone(DEVICE).received, 0);
});

test('by default any access token is accepted, except one that expired here', async () => {
  let time = Date.now();
  await using emulator = await startEmulator({ clock: { now: () => time } });
  assert.equal((await sendFcm(emulator, 'ya29.from-google', MESSAGE)).status, 200);
  const bearer = await accessToken(emulator);
  assert.equal((await sendFcm(emulator, bearer, MESSAGE)).status, 200);
  time += 3_600_000;
  const { status, text } = await sendFcm(emulator, bearer, MESSAGE);
  assert.equal(status, 401);
  assert.match(text, /ACCESS_TOKEN_EXPIRED/);
});

test('expire-access-token expires the token until the sender fetches another', async () => {
  await using emulator = await startEmulator();
  emulator.faults.set([{ gateway: 'fcm', fault: 'expire-access-token', times: 1 }]);
  const bearer = await accessToken(emulator);
  for (let n = 0; n < 2; n++) assert.equal((await sendFcm(emulator, bearer, MESSAGE)).status, 401);
  assert.equal((await sendFcm(emulator, await accessToken(emulator), MESSAGE)).status, 200);
});

test('strict mode enforces Google’s rates: 240 a minute to one device', async () => {
  let time = Date.now();
  await using emulator = await startEmulator({ strict: { quotas: true }, clock: { now: () => time } });
  await using wire = await connect(emulator.fcm.url, emulator.ca);
  const headers = {
    ':path': new URL(sendUrl(emulator)).pathname,
    authorization: `Bearer ${await accessToken(emulator)}`,
  };
  const send = (): Promise<{ status?: number; headers: Record<string, unknown> }> =>
    wire.request(headers, JSON.stringify({ message: MESSAGE }));
  for (let n = 0; n < 240; n++) assert.equal((await send()).status, 200);
  const over = await send();
  assert.deepEqual([over.status, over.headers['retry-after']], [429, '60']);
  time += 60_000;
  assert.equal((await send()).status, 200);
});
