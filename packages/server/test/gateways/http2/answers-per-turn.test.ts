// A gateway may answer a thousand requests at once. The event loop is given back in between, nothing is lost or reordered, and
// what has arrived counts also if the connection ends first.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Exchange } from '../../../src/gateways/exchange.ts';
import { Connection } from '../../../src/gateways/http2/connection.ts';
import { HeaderTemplate } from '../../../src/gateways/http2/header-template.ts';
import { ok, RawSocket, Recorder, settings } from './raw-peer.ts';

const REQUESTS = 1_000;
const MOST_PER_TURN = 128;
const head = { template: new HeaderTemplate([[':method', 'POST']]), values: [] };

async function open() {
  const socket = new RawSocket();
  const owner = new Recorder<Exchange>();
  const connection = new Connection<Exchange>(socket, owner, () => 0);
  socket.say(settings([3, REQUESTS]));
  for (let n = 0; n < REQUESTS; n++) connection.request(new Exchange(0, () => {}), head, 'body');
  await nextTurn();
  const streamIds = [...connection].map(({ id }) => id);
  const accepted = () => owner.endings.filter(({ head }) => head?.status === 200).map(({ id }) => id);
  return { socket, connection, owner, streamIds, accepted };
}

test('a thousand answers in one read end in several turns, in order', async () => {
  const { socket, streamIds, accepted } = await open();
  socket.say(Buffer.concat(streamIds.map(ok)));
  assert.equal(accepted().length, MOST_PER_TURN);
  socket.say(ok(streamIds.at(-1)! + 2)); // behind the others: never begun, so this ends the connection
  for (let before = MOST_PER_TURN; before < REQUESTS; before = accepted().length) {
    await nextTurn();
    assert.ok(accepted().length <= before + MOST_PER_TURN, `${accepted().length} after ${before}`);
    assert.ok(accepted().length > before);
  }
  assert.deepEqual(accepted(), streamIds);
  await nextTurn();
  assert.ok(socket.destroyed, 'what came meanwhile is read after them');
});

test('answers in several reads of one turn are counted together', async () => {
  const { socket, streamIds, accepted } = await open();
  for (const id of streamIds) socket.say(ok(id));
  assert.equal(accepted().length, MOST_PER_TURN);
  for (let turn = 0; turn < REQUESTS / MOST_PER_TURN + 1; turn++) await nextTurn();
  assert.deepEqual(accepted(), streamIds);
});

for (const how of ['close', 'end', 'our own close', 'our own abort'] as const)
  test(`answers that have arrived count although the connection ends: ${how}`, async () => {
    const { socket, connection, owner, streamIds, accepted } = await open();
    socket.say(Buffer.concat(streamIds.slice(0, 500).map(ok)));
    if (how === 'our own close') connection.close();
    else if (how === 'our own abort') connection.abort();
    else socket.emit(how);
    assert.equal(accepted().length, 500);
    assert.equal(owner.endings.length, REQUESTS);
    assert.ok(connection.closed);
  });
