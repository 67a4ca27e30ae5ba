// What a TLS client can rely on before the first request.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { X509Certificate } from 'node:crypto';
import net from 'node:net';
import test from 'node:test';
import tls from 'node:tls';
import { startEmulator } from '@chatpush/emulator';
import { createAuthority } from '../src/certificates.ts';
import { ALERT, bearer, connect, pushTo, sendFcm, TOKEN } from './senders.ts';

async function handshake(options: tls.ConnectionOptions): Promise<tls.TLSSocket> {
  const socket = tls.connect(options);
  await once(socket, 'secureConnect');
  return socket;
}

test('APNs speaks HTTP/2 only, FCM also HTTP/1.1, both with TLS 1.2 and up, under every loopback name', async () => {
  await using emulator = await startEmulator();
  const { ca } = emulator;
  for (const servername of ['localhost', undefined]) {
    const checked = { ca, host: '127.0.0.1', servername };
    for (const { port } of [emulator.apns, emulator.apnsSandbox, emulator.fcm]) {
      for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
        const socket = await handshake({
          ...checked,
          port,
          ALPNProtocols: ['h2'],
          minVersion: version,
          maxVersion: version,
        });
        assert.deepEqual(
          [socket.alpnProtocol, socket.authorized, socket.getProtocol()],
          ['h2', true, version],
        );
        socket.destroy();
      }
      const old = {
        ...checked,
        port,
        ALPNProtocols: ['h2'],
        minVersion: 'TLSv1.1',
        maxVersion: 'TLSv1.1',
        ciphers: 'DEFAULT@SECLEVEL=0',
      } as const;
      await assert.rejects(handshake(old));
    }
    const h1 = await handshake({ ...checked, port: emulator.fcm.port, ALPNProtocols: ['http/1.1'] });
    assert.equal(h1.alpnProtocol, 'http/1.1');
    h1.destroy();
    await assert.rejects(handshake({ ...checked, port: emulator.apns.port, ALPNProtocols: ['http/1.1'] }));
  }
});

test('the emulator’s certificate is from its own authority only', async () => {
  await using emulator = await startEmulator();
  await assert.rejects(
    connect(emulator.apns.url, createAuthority(Date.now()).certificate),
    /unable to verify|self-signed|signature/,
  );
});

test('certificates contain host names and addresses of both families', () => {
  const authority = createAuthority(Date.now());
  const { certificate } = authority.issueServer(['push.test', '127.0.0.1', '::1', '2001:db8::a:1']);
  const parsed = new X509Certificate(certificate);
  assert.equal(
    parsed.subjectAltName,
    'DNS:push.test, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:A:1',
  );
  assert.ok(parsed.verify(new X509Certificate(authority.certificate).publicKey));
  assert.equal(parsed.checkIP('2001:db8::a:1'), '2001:db8::a:1');
});

test('the emulator listens on IPv6 if told to', async () => {
  await using emulator = await startEmulator({ host: '::1' });
  assert.match(emulator.apns.url, /^https:\/\/\[::1\]:/);
  await using wire = await connect(emulator.apns.url, emulator.ca);
  assert.equal((await wire.request(pushTo(emulator), JSON.stringify(ALERT))).status, 200);
  assert.equal((await fetch(`${emulator.url}/emulator`)).status, 200);
});

test('each APNs environment has a second port, as Apple has 2197', async () => {
  await using emulator = await startEmulator();
  for (const { host, alternatePort } of [emulator.apns, emulator.apnsSandbox]) {
    await using wire = await connect(`https://${host}:${alternatePort}`, emulator.ca);
    assert.equal((await wire.request(pushTo(emulator), JSON.stringify(ALERT))).status, 200);
  }
});

test('a sender that disconnects in the middle of a request is logged', async () => {
  await using emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  const logged = new Promise<string>((resolve) =>
    emulator.subscribe((event) => event.type === 'request' && resolve(event.request.verdict)),
  );
  const stream = wire.session.request({
    ':method': 'POST',
    ':path': `/3/device/${TOKEN}`,
    authorization: bearer(emulator),
  });
  stream.on('error', () => undefined).write('{"aps"');
  await new Promise<void>((resolve) => wire.session.ping(() => resolve())); // the request has arrived
  wire.session.destroy(); // a stream closed by Node's client would say END_STREAM first
  assert.equal(await logged, 'abandoned by the sender');
});

test('closing does not wait for senders', async () => {
  const emulator = await startEmulator();
  await using wire = await connect(emulator.apns.url, emulator.ca);
  emulator.faults.set([
    { gateway: 'apns', fault: 'black-hole' },
    { gateway: 'fcm', fault: 'slow', delayMs: 60_000 },
  ]);
  const pushed = wire.request(pushTo(emulator), JSON.stringify(ALERT));
  const sent = assert.rejects(sendFcm(emulator, 'x', { token: 'a', data: {} }));
  await emulator.phone('a').waitFor();
  await emulator.close();
  assert.equal((await pushed).status, undefined);
  await sent;
});

test('closing does not wait for a peer that never finishes its handshake', async () => {
  const emulator = await startEmulator();
  const peers = [emulator.apns, emulator.apnsSandbox, emulator.fcm].map(({ host, port }) =>
    net.connect(port, host),
  );
  await Promise.all(peers.map((peer) => once(peer, 'connect')));
  const gone = Promise.all(
    peers.map(
      (peer) =>
        new Promise((resolve) =>
          peer
            .on('error', () => {})
            .once('close', resolve)
            .resume(),
        ),
    ),
  );
  // One complete handshake after these three proves that they have been accepted.
  (await handshake({ ca: emulator.ca, ...emulator.apns, ALPNProtocols: ['h2'] })).destroy();
  // Node would wait for two minutes, and this test would time out.
  await emulator.close();
  await gone;
});
