// Which delivery is next if several lanes share a gateway.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBreaker } from '../../src/delivery/breaker.ts';
import { Queue } from '../../src/delivery/lane.ts';
import type { Held } from '../../src/delivery/lane.ts';
import { createOutlet } from '../../src/delivery/outlet.ts';
import type { Outlet } from '../../src/delivery/outlet.ts';
import { createPace } from '../../src/delivery/pace.ts';
import { createPausedDevices } from '../../src/delivery/paused-devices.ts';
import { createQuarantine } from '../../src/delivery/quarantine.ts';
import type { Gateway } from '../../src/gateways/gateway.ts';

const gateway = (credit: number): Gateway => ({
  name: 'apns',
  credit,
  want: () => {},
  attempt: () => Promise.resolve({ kind: 'unsent', answer: 'not in this test', ms: 0 }),
  close: () => Promise.resolve(),
});
const item = (id: string): Held => ({ delivery: { id, lane: id[0]! } }) as Held;
let time = 0;
const outletWith = (credit: number) =>
  createOutlet(
    { applicationArn: 'arn', deviceType: 'APNS' },
    gateway(credit),
    'apns',
    createBreaker(() => 0),
    createQuarantine(() => 0, { doubted: () => {} }),
    createPausedDevices({ monotonic: () => 0 }, () => 0),
    createPace({ monotonic: () => time }),
    0,
  );

test('lanes take turns, each oldest first', () => {
  const outlet = outletWith(10);
  for (const id of ['a1', 'a2', 'a3', 'a4']) outlet.hold(item(id), 'back');
  for (const id of ['b1', 'b2']) outlet.hold(item(id), 'back');
  const order: string[] = [];
  for (let turn = outlet.next(); turn; turn = outlet.next()) order.push(turn.held.delivery.id);
  assert.deepEqual(order, ['a1', 'b1', 'a2', 'b2', 'a3', 'a4']);
  assert.equal(outlet.held, 0);
});

test('room is the gateway’s capacity minus held and claimed deliveries', () => {
  const outlet = outletWith(10);
  outlet.hold(item('a1'), 'back');
  outlet.reserved = 4;
  assert.equal(outlet.room(), 5);
  outlet.reserved = 40;
  assert.equal(outlet.room(), 0);
});

/** The gateway answers this many attempts, none of which takes any time. */
function answer(outlet: Outlet, count: number): void {
  for (let done = 0; done < count; done++) {
    outlet.pace.began();
    outlet.pace.ended(true);
  }
}

test('room grows with the gateway’s recent answers, until it stops answering', () => {
  const outlet = outletWith(10);
  outlet.pace.began();
  answer(outlet, 100);
  assert.equal(outlet.room(), 310);
  time += 200;
  assert.equal(outlet.room(), 310, 'the last span counts while the next is young');
  time += 200;
  assert.equal(outlet.room(), 310, 'the first answer of a span may be late');
  time += 200;
  assert.equal(outlet.room(), 10);
});

test('a gateway that answers more slowly has less room a second later', () => {
  const outlet = outletWith(10);
  outlet.pace.began();
  answer(outlet, 100);
  for (let span = 0; span < 5; span++) {
    time += 200;
    answer(outlet, 20);
    assert.equal(outlet.room(), 310);
  }
  time += 200;
  assert.equal(outlet.room(), 70);
});

test('room stays while nothing is sent, and is lost when the next attempts are not answered', () => {
  const outlet = outletWith(10);
  answer(outlet, 100);
  time += 3_600_000;
  assert.equal(outlet.room(), 310);
  outlet.pace.began();
  time += 150;
  assert.equal(outlet.room(), 310);
  time += 450;
  assert.equal(outlet.room(), 10);
  outlet.pace.ended(false);
  time += 3_600_000;
  assert.equal(outlet.room(), 10);
});

test('the store is asked for many deliveries at a time while some are held, and for any number when none is held', () => {
  const outlet = outletWith(10);
  answer(outlet, 100);
  outlet.setStored(outlet.lane('a'), 1_000);
  for (let count = 0; count < 290; count++) outlet.hold(item('a'), 'back');
  assert.deepEqual([outlet.room(), outlet.shares('many').size], [20, 0]);
  for (let count = 0; count < 10; count++) outlet.next();
  assert.deepEqual([...outlet.shares('many').values()], [30]);
  outlet.drain();
  outlet.reserved = 309;
  assert.deepEqual([...outlet.shares('many').values()], [1]);
});

test('a lane may hold a few deliveries while others use all room or a connection is not proven, but not during trouble', () => {
  for (const credit of [0, 10]) {
    const outlet = outletWith(credit);
    outlet.reserved = 10;
    const lane = outlet.lane('b');
    assert.equal(outlet.roomFor(lane), 16);
    outlet.hold(item('b1'), 'back');
    lane.reserved = 10;
    assert.equal(outlet.roomFor(lane), 5);
    outlet.setStored(lane, 2);
    assert.equal(outlet.roomFor(lane), 3, 'older work goes first');
    outlet.setStored(lane, 0);
    outlet.health.trouble = { about: 'connection', answer: 'refused' };
    assert.equal(outlet.roomFor(lane), 0);
    outlet.health.trouble = undefined;
    outlet.breaker.record('credential');
    assert.equal(outlet.roomFor(lane), 0);
  }
});

test('lanes with few waiting deliveries are asked for apart from those with many, and no lane twice', () => {
  const outlet = outletWith(10_000);
  const [few, many] = [outlet.lane('few'), outlet.lane('many')];
  outlet.setStored(few, 3);
  outlet.setStored(many, 50_000);
  assert.deepEqual([...outlet.shares('few')], [[few, 19]], 'more than counted, to see that it is empty');
  assert.deepEqual([...outlet.shares('many')], [[many, 2_000]], 'no claim takes all room');
  many.claiming = 2_000;
  assert.equal(outlet.shares('many').size, 0);
});

test('an open breaker leaves no room', () => {
  const outlet = outletWith(10);
  answer(outlet, 100);
  outlet.breaker.record('credential');
  assert.equal(outlet.room(), 0);
});

test('a gateway that cannot be reached has no room, however fast it was', () => {
  const outlet = outletWith(0);
  answer(outlet, 100);
  outlet.health.trouble = { about: 'connection', answer: 'ECONNREFUSED' };
  assert.equal(outlet.room(), 0);
  outlet.health.trouble = undefined;
  assert.equal(outlet.room(), 300);
  outlet.pace.forget();
  assert.equal(outlet.room(), 0);
});

test('idle lanes are forgotten, busy ones are not', () => {
  const outlet = outletWith(10);
  outlet.lane('idle');
  outlet.hold(item('busy'), 'back');
  outlet.forgetIdle();
  assert.deepEqual(
    [...outlet.lanes()].map((lane) => lane.name),
    ['b'],
  );
});

test('a delivery that was being claimed while its lane was forgotten still gets its turn', () => {
  // Regression: the removed lane object was kept across the await and held the delivery, so the pump never ended.
  const outlet = outletWith(10);
  outlet.lane('a');
  outlet.forgetIdle();
  outlet.hold(item('a1'), 'back');
  assert.equal(outlet.next()?.held.delivery.id, 'a1');
  assert.equal(outlet.next(), undefined);
});

test('a queue keeps its order through front, back and drain', () => {
  const queue = new Queue<number>();
  queue.push(2);
  queue.push(3);
  queue.unshift(1);
  assert.equal(queue.shift(), 1);
  queue.push(4);
  queue.unshift(0);
  assert.equal(queue.size, 4);
  assert.deepEqual(queue.drain(), [0, 2, 3, 4]);
  assert.equal(queue.size, 0);
});

test('with more lanes than room, every lane gets its turn to claim', () => {
  // Regression: the first lanes got all the room, claim after claim, as long as they had work.
  const outlet = outletWith(2);
  const names = ['a', 'b', 'c', 'd', 'e'];
  for (const name of names) outlet.setStored(outlet.lane(name), 1_000);
  const asked = Array.from({ length: 5 }, () =>
    [...outlet.shares('many').keys()].map(({ name }) => name).join(''),
  );
  assert.deepEqual(asked, ['ab', 'cd', 'ea', 'bc', 'de']);
  for (const name of names) outlet.setStored(outlet.lane(name), 0);
  assert.equal(outlet.shares('many').size, 0);
});
