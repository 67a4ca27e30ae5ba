import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { IMPATIENT, openApns, openWithCertificate, PATIENT, soon } from '../harness.ts';
import { authority, ok, startPeer } from '../peer.ts';

const host = '127.0.0.1';
const ca = authority.certificate;

describe('a gateway that cannot be reached', () => {
  test('is a problem, is retried, and recovers by itself', async (t) => {
    const first = await startPeer(t, { answer: ok });
    await first.close();
    const { send, troubles, until } = openWithCertificate(t, first);
    const attempt = send();
    await until(() => troubles.length >= 2);
    assert.equal(troubles[0]?.about, 'connection');
    assert.match(troubles[0]?.answer ?? '', /ECONNREFUSED/);
    await startPeer(t, { answer: ok, port: first.port });
    assert.equal((await attempt).kind, 'accepted');
    assert.equal(troubles.at(-1), undefined);
  });

  test('is not retried while nothing waits for it', async (t) => {
    const peer = await startPeer(t);
    await peer.close();
    const { gateway, troubles, until } = openWithCertificate(t, peer);
    gateway.want(1);
    await until(() => troubles.length > 0);
    gateway.want(0);
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    await soon(() => timers() === 0);
  });

  test('because its name does not resolve is a problem that names it', async (t) => {
    const resolve = (): Promise<never> =>
      Promise.reject(Object.assign(new Error('queryA ENOTFOUND push.invalid'), { code: 'ENOTFOUND' }));
    const { gateway, troubles, until } = openWithCertificate(
      t,
      { host: 'push.invalid', port: 443, ca },
      { resolve },
    );
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], { about: 'connection', answer: 'queryA ENOTFOUND push.invalid' });
  });

  test('because its certificate is not trusted is a problem', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    const { gateway, troubles, until } = openWithCertificate(t, { ...peer, ca: undefined as never });
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.equal(troubles[0]?.about, 'connection');
    assert.match(troubles[0]?.answer ?? '', /UNABLE_TO|SELF_SIGNED|unable to|self-signed/);
    assert.equal(peer.sessions.length, 0);
  });

  test('because it does not support HTTP/2 is a problem', async (t) => {
    const { certificate, privateKey } = authority.issueServer([host]);
    const server = createTlsServer({ cert: certificate, key: privateKey, ALPNProtocols: ['http/1.1'] });
    server.on('tlsClientError', () => {}); // no protocol in common: an alert, or none chosen
    server.listen(0, host);
    await once(server, 'listening');
    t.after(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { gateway, troubles, until } = openWithCertificate(t, { host, port, ca });
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.match(troubles[0]?.answer ?? '', /does not speak HTTP\/2|ALERT_NO_APPLICATION_PROTOCOL/);
  });

  test('because it accepts connections and sends nothing is a problem after the connect timeout', async (t) => {
    const server = createTcpServer(() => {});
    server.listen(0, host);
    await once(server, 'listening');
    t.after(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { gateway, troubles, until } = openWithCertificate(
      t,
      { host, port, ca },
      { policy: { ...IMPATIENT, connectMs: 100 } },
    );
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], { about: 'connection', answer: 'connecting took too long' });
  });

  test('because it sends no SETTINGS after the TLS handshake is a problem after the connect timeout', async (t) => {
    const { certificate, privateKey } = authority.issueServer([host]);
    const server = createTlsServer(
      { cert: certificate, key: privateKey, ALPNProtocols: ['h2'] },
      (socket) => {
        socket.on('error', () => {}); // the sender hangs up
        socket.resume();
        t.after(() => void socket.destroy());
      },
    );
    server.listen(0, host);
    await once(server, 'listening');
    t.after(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const { gateway, troubles, until } = openWithCertificate(
      t,
      { host, port, ca },
      { policy: { ...IMPATIENT, connectMs: 150 } },
    );
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.deepEqual(troubles[0], { about: 'connection', answer: 'connecting took too long' });
  });

  test('because it refuses our certificate is a credential problem', async (t) => {
    const peer = await startPeer(t, { clientCertificates: true, answer: ok });
    const { gateway, troubles, until } = openApns(t, peer); // shows a provider token, and no certificate
    gateway.want(1);
    await until(() => troubles.length > 0);
    assert.equal(troubles[0]?.about, 'credential');
    assert.match(troubles[0]?.answer ?? '', /CERTIFICATE_REQUIRED/i);
  });

  test('with the right certificate works without a provider token', async (t) => {
    const peer = await startPeer(t, { clientCertificates: true, answer: ok });
    const { send } = openWithCertificate(t, peer);
    assert.equal((await send()).kind, 'accepted');
    assert.equal(peer.requests[0]?.headers.authorization, undefined);
  });

  test('by a second connection is no problem while the first works, and is retried with back-off', async (t) => {
    const peer = await startPeer(t, { answer: ok });
    let asked = 0;
    const { gateway, send, troubles } = openWithCertificate(
      t,
      { host: 'localhost', port: peer.port, ca: peer.ca },
      {
        policy: { ...PATIENT, maxSessions: 2, maxStreams: 1, backOff: { firstMs: 60_000, mostMs: 60_000 } },
        random: () => 0.999,
        resolve: async () => [++asked === 1 ? '127.0.0.1' : '127.0.0.3'],
      },
    );
    assert.equal((await send()).kind, 'accepted');
    gateway.want(2);
    await soon(() => asked === 2);
    for (let n = 0; n < 20; n++) {
      gateway.want(2);
      assert.equal((await send()).kind, 'accepted');
    }
    assert.equal(asked, 2);
    assert.deepEqual(troubles, []);
  });
});
