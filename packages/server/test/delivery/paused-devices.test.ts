// A device that gets too much is left alone, and asked with one delivery.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPausedDevices } from '../../src/delivery/paused-devices.ts';
import { DEVICE_PAUSE } from '../../src/delivery/retry.ts';

function start(chance = 0) {
  let now = 0;
  const devices = createPausedDevices({ monotonic: () => now }, () => chance);
  return { devices, advance: (ms: number) => void (now += ms) };
}

test('while a device is paused its deliveries wait, and then one alone begins', () => {
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

test('any other answer ends it; an attempt that got none leaves the question open for the next', () => {
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

test('pauses in a row are counted, and the answers of one burst are one', () => {
  const { devices, advance } = start();
  for (let burst = 0; burst < 3; burst++) {
    for (let n = 0; n < 100; n++) {
      assert.equal(devices.pauses('device'), burst);
      devices.pause('device', 5_000);
      // Accepted before the limit was reached, answered later: the device is no less busy for that.
      devices.ended('device', true);
    }
    advance(5_000);
  }
});

test('what waits is due again over a span of time, and a device is forgotten when nothing comes for it', () => {
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
