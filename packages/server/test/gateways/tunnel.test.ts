// Through an HTTP proxy: gateways are requested by name and port, pushes arrive, and nothing stays open.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { describe, test } from 'node:test';
import { applicationsIn, createChannels } from '../../src/channels/channels.ts';
import { systemClock } from '../../src/clock.ts';
import { readConfig } from '../../src/config/environment.ts';
import { examine } from '../../src/doctor/examine.ts';
import { openTunnel } from '../../src/gateways/tunnel.ts';
import { ACCOUNT, PEM } from '../config/keys.ts';
import { LEAST, ARN, settingsFolder } from '../config/settings-folder.ts';
import { startConnectProxy } from '../doctor/connect-proxy.ts';
import { startEmulator } from '@chatpush/emulator';
import { openApns, openFcm } from './harness.ts';

describe('a proxy', () => {
  test('carries pushes to both gateways and the call of the token endpoint, again after a connection was lost', async (t) => {
    const emulator = await startEmulator();
    t.after(() => emulator.close());
    const proxy = await startConnectProxy(t, { password: 'hush' });
    const apns = openApns(t, { ...emulator.apns, ca: emulator.ca }, { proxy: proxy.url });
    const fcm = openFcm(t, emulator, { proxy: proxy.url });
    assert.equal((await apns.send()).kind, 'accepted');
    assert.equal((await fcm.send()).kind, 'accepted');
    const { port } = emulator.fcm;
    assert.deepEqual(
      [...proxy.asked].sort(),
      [`127.0.0.1:${emulator.apns.port}`, `127.0.0.1:${port}`, `127.0.0.1:${port}`].sort(),
    );
    emulator.faults.set([{ gateway: 'apns', fault: 'rst', times: 1 }]);
    assert.equal((await apns.send()).kind, 'unknown');
    assert.equal((await apns.send()).kind, 'accepted');
  });

  test('is asked for Apple and Google by name, with the port from the settings', async (t) => {
    // It refuses, so nothing leaves this machine.
    const proxy = await startConnectProxy(t, { status: 403 });
    const apns = {
      gateway: 'apns',
      topic: 'com.example.chat',
      keyId: 'ABCDE12345',
      teamId: 'TEAM123456',
      privateKey: PEM.p8,
    };
    const config = readConfig(
      settingsFolder(t).settings({
        ...LEAST,
        proxy: proxy.url,
        applications: [
          {
            arn: ARN,
            channels: {
              APNS: apns,
              APNS_SANDBOX: { ...apns, port: 2197 },
              GCM: { gateway: 'fcm', serviceAccount: JSON.stringify(ACCOUNT) },
            },
          },
        ],
      }),
    );
    const openGateway = createChannels({
      applicationOf: applicationsIn(config.applications),
      everything: false,
      emulator: () => undefined,
      proxy: () => config.proxy,
      clock: systemClock,
    });
    for (const channel of ['APNS', 'APNS_SANDBOX', 'GCM'] as const) {
      const { state, says } = await examine(openGateway, ARN, channel);
      assert.equal(state, 'broken');
      assert.match(says, /proxy refuses/);
    }
    // The token endpoint may have been requested meanwhile: the examination ends with the first refusal.
    assert.deepEqual(
      new Set(proxy.asked.filter((asked) => asked !== 'oauth2.googleapis.com:443')),
      new Set(['api.push.apple.com:443', 'api.sandbox.push.apple.com:2197', 'fcm.googleapis.com:443']),
    );
  });

  test('that never answers is given up after the connect timeout', async (t) => {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    });
    const { port } = server.address() as AddressInfo;
    const reason = new Error('time is over');
    const closing = new AbortController();
    const tunnel = openTunnel(`http://127.0.0.1:${port}`, { host: 'example.com', port: 443 }, closing.signal);
    const [socket] = (await once(server, 'connection')) as [Socket];
    socket.resume();
    closing.abort(reason);
    await assert.rejects(tunnel, reason);
    await once(socket, 'close');
  });

  test('that cannot be reached, or answers something else, is named without its password', async (t) => {
    const to = { host: '::1', port: 443 };
    const signal = AbortSignal.timeout(10_000);
    await assert.rejects(
      openTunnel('http://user:hush@127.0.0.1:1', to, signal),
      (error: NodeJS.ErrnoException) => {
        assert.equal(error.code, 'PROXY_UNREACHABLE');
        assert.doesNotMatch(error.message, /hush/);
        return true;
      },
    );
    // Another port of that machine may answer, so the error cannot say that it is unreachable.
    const mail = createServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await once(mail, 'listening');
    t.after(() => mail.close());
    const { port } = mail.address() as AddressInfo;
    await assert.rejects(openTunnel(`http://127.0.0.1:${port}`, to, signal), {
      code: 'PROXY_NOT_HTTP',
      message: /answers something other than HTTP: HPE_/,
    });
    const plain = (await startConnectProxy(t)).url.replace('http:', 'https:');
    await assert.rejects(openTunnel(plain, to, signal), { message: /something other than HTTPS: / });
    const proxy = await startConnectProxy(t, { status: 502 });
    await assert.rejects(openTunnel(proxy.url, to, signal), { code: 'PROXY_502' });
    assert.deepEqual(proxy.asked, ['[::1]:443']);
  });
});
