// The server as a listener: its port, its connections, and its mounts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, startRecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);

test('a mount handles its own requests, with unread bodies, and passes on the rest', async () => {
  const seen: string[] = [];
  await using server = await startRecordingServer({
    mounts: [
      () => false,
      (request, response) => {
        if (!request.url?.startsWith('/emulator/')) return false;
        request.setEncoding('utf8');
        request.on('data', (text: string) => seen.push(text));
        request.on('end', () => response.end(`${request.method} ${request.url}`));
        return true;
      },
    ],
  });
  const answer = await fetch(`${server.url}/emulator/%2F?x=%ZZ`, { method: 'PUT', body: 'faults' });
  assert.equal(await answer.text(), 'PUT /emulator/%2F?x=%ZZ');
  assert.deepEqual(seen, ['faults']);
  assert.equal((await call(server, STOP)).status, 200);
});

test('a port in use rejects the start of the server', async () => {
  await using server = await startRecordingServer();
  await assert.rejects(startRecordingServer({ port: server.port }), { code: 'EADDRINUSE' });
});

test('connections are kept alive for the next call', async () => {
  await using server = await startRecordingServer();
  const first = await fetch(`${server.url}/livez`);
  await first.text();
  assert.match(first.headers.get('connection') ?? '', /keep-alive/);
});
