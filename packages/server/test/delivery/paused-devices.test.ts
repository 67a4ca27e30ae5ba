// A rate-limited device is paused, then probed with one delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPausedDevices } from '../../src/delivery/paused-devices.ts';
import { DEVICE_PAUSE } from '../../src/delivery/retry.ts';

function start(chance = 0) {
  let now = 0;
  const devices = createPausedDevices({ monotonic: () => now }, () => chance);
  return { devices, advance: (ms: number) => void (now += ms) };
}

test('while a device is paused its deliveries wait, and then a single one starts', () => {
  const { devices, advance } = start();
  assert.equal(devices.waitMs('device'), 0);
  devices.pause('device', 5_000);
  assert.equal(devices.waitMs('device'), 5_000);
  assert.equal(devices.waitMs('another'), 0);
  advance(5_000);
  assert.equal(devices.waitMs('device'), 0);
  devices.began('device');
  assert.equal(devices.waitMs('device'), DEVICE_PAUSE.leastMs);
});

test('any other answer ends the pause; after an unanswered attempt the next one probes again', () => {
  const { devices, advance } = start();
  devices.pause('device', 5_000);
  advance(5_000);
  devices.began('device');
  devices.ended('device', false);
  assert.deepEqual([devices.waitMs('device'), devices.pauses('device')], [0, 1]);
  devices.began('device');
  assert.ok(devices.waitMs('device') > 0);
  devices.ended('device', true);
  assert.deepEqual([devices.waitMs('device'), devices.pauses('device')], [0, 0]);
});

test('consecutive pauses are counted, and the answers of one burst count once', () => {
  const { devices, advance } = start();
  for (let burst = 0; burst < 3; burst++) {
    for (let n = 0; n < 100; n++) {
      assert.equal(devices.pauses('device'), burst);
      devices.pause('device', 5_000);
      // Accepted before the limit was reached, but answered later: this does not show that the device is less busy.
      devices.ended('device', true);
    }
    advance(5_000);
  }
});

test('waiting deliveries become due spread over time, and an unused device is forgotten', () => {
  const { devices, advance } = start(0.5);
  devices.pause('device', 60_000);
  assert.equal(devices.waitMs('device'), 60_000 + DEVICE_PAUSE.spreadMs / 2);
  advance(60_000 + DEVICE_PAUSE.mostMs - 1);
  devices.forgetOld();
  assert.equal(devices.pauses('device'), 1);
  advance(1);
  devices.forgetOld();
  assert.equal(devices.pauses('device'), 0);
});
