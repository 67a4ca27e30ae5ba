// A body may have arrived before its request is looked at: it is read whole, in however many pieces it came. Node.js 26
// returns one piece per `read()`, so such calls were refused with 403, as if their signatures were wrong.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { OPERATIONS } from '@chatpush/wire';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { signedHead, startRecordingServer } from './recording-server.ts';

const CREATE = encodeInput(
  OPERATIONS.CreatePushNotificationRegistration,
  GOOD_INPUTS.CreatePushNotificationRegistration,
);

test('a body that arrives in pieces behind another request is read whole', async () => {
  const ready = Promise.withResolvers<{ ready: boolean; checks: { store: string } }>();
  await using server = await startRecordingServer({ ready: () => ready.promise });
  const { head } = signedHead(server.port, CREATE);
  const body = Buffer.from(CREATE.body ?? '');
  const socket = connect({ port: server.port, host: '127.0.0.1', noDelay: true });
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.write(`GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n\r\n${head}`);
  for (const piece of [body.subarray(0, 10), body.subarray(10, 30), body.subarray(30)]) {
    socket.write(piece);
    await sleep(50); // so that each is read by itself
  }
  ready.resolve({ ready: true, checks: { store: 'ok' } });
  await once(socket, 'close');
  assert.match(text, /HTTP\/1\.1 200 [^]*HTTP\/1\.1 200 [^]*"RegistrationId":"r-1"/);
});
