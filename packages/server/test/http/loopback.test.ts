// On loopback any web page can call, so requests with another Host or from another Origin are refused.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OPERATIONS } from '@chatpush/wire';
import { GOOD_INPUTS, encodeInput } from './inputs.ts';
import { call, get, isRefusal, startRecordingServer } from './recording-server.ts';

const STOP = encodeInput(OPERATIONS.StopContact, GOOD_INPUTS.StopContact);

describe('on loopback', () => {
  test('a foreign Host or Origin is refused, even with a valid signature', async () => {
    await using server = await startRecordingServer();
    for (const [name, value] of [
      ['Host', 'evil.example'],
      ['Host', '127.0.0.1.evil.example'],
      ['Host', 'localhost@evil.example'],
      ['Host', ''],
      ['Origin', 'https://evil.example'],
      ['Origin', 'null'],
      ['Origin', 'http://localhost.evil.example'],
    ] as const) {
      for (const path of ['/', '/livez', '/push-notification/i-1/registrations'])
        assert.equal(
          isRefusal(await get(server, path, { [name]: value }), 'AccessDeniedException'),
          undefined,
          value,
        );
      const signed = await call(server, { ...STOP, headers: { [name]: value } });
      assert.equal(isRefusal(signed, 'AccessDeniedException'), undefined, value);
    }
    assert.deepEqual(server.recorded, []);
  });

  test('every name of loopback, and a host that is allowed, is answered', async () => {
    await using server = await startRecordingServer({ allowedHosts: ['push.example.com'] });
    for (const host of [
      '127.0.0.1',
      'localhost:4100',
      'LOCALHOST',
      '[::1]:1',
      'my.localhost',
      'push.example.com',
    ])
      assert.equal((await get(server, '/livez', { Host: host, Origin: `http://${host}` })).status, 200, host);
  });

  test('only is where the development defaults listen', async () => {
    for (const host of ['0.0.0.0', '::', '192.0.2.1'])
      await assert.rejects(startRecordingServer({ host, loopbackOnly: true }), /listens only on loopback/);
    await using server = await startRecordingServer({ host: 'localhost', loopbackOnly: true });
    assert.equal((await fetch(`${server.url}/livez`)).status, 200);
  });
});
