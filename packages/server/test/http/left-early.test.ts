// A caller that leaves while its call waits for a turn of the event loop.
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import { createTurns } from '../../src/fairness/turns.ts';
import type { Turns } from '../../src/fairness/turns.ts';
import { signedHead, startRecordingServer } from './recording-server.ts';

// Without a body, so that nothing else notices.
const LIST = { method: 'GET', target: '/push-notification/i-1/registrations?contactId=c' };

test('a call whose connection closed before its turn is not run', async () => {
  const waiting = Promise.withResolvers<void>();
  const turn = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<number>();
  const turns: Turns = {
    ...createTurns(),
    begin(_owner, work) {
      waiting.resolve();
      return turn.promise.then(work) as Promise<Awaited<ReturnType<typeof work>>>;
    },
  };
  await using server = await startRecordingServer({
    turns,
    onAnswer: (_asked, status) => ended.resolve(status),
  });
  const accepted = Promise.withResolvers<Socket>();
  const onSocket = (message: unknown): void => accepted.resolve((message as { socket: Socket }).socket);
  subscribe('net.server.socket', onSocket);
  const caller = connect(server.port, '127.0.0.1');
  caller.write(signedHead(server.port, LIST).head);
  const socket = await accepted.promise;
  unsubscribe('net.server.socket', onSocket);
  await waiting.promise;
  const closed = once(socket, 'close');
  caller.destroy();
  await closed;
  turn.resolve();
  assert.equal(await ended.promise, 400);
  assert.deepEqual(server.recorded, []);
});
