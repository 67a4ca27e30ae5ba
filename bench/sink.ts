// A process of its own: a bare HTTP/2 server that answers every push with 200, as fast as Node can, and counts them.
// It tells the service about itself the way an emulator does, so that the service under test runs unchanged.
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { generateKeyPairSync } from 'node:crypto';
import { createAuthority } from '../packages/emulator/src/certificates.ts';

const authority = createAuthority(Date.now());
const certificate = authority.issueServer(['127.0.0.1', 'localhost']);
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let count = 0;
const waiting: { count: number; done: () => void }[] = [];

const apns = createSecureServer({
  key: certificate.privateKey,
  cert: certificate.certificate,
  settings: { maxConcurrentStreams: 1000 },
});
apns.on('stream', (stream: ServerHttp2Stream, headers) => {
  stream.resume();
  stream.on('error', () => {});
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'apns-id': String(headers['apns-id']) }, { endStream: true });
    count++;
    while (waiting[0] !== undefined && count >= waiting[0].count) waiting.shift()!.done();
  });
});
apns.on('sessionError', () => {});
apns.listen(0, '127.0.0.1', () => {
  const gateway = { host: '127.0.0.1', port: (apns.address() as AddressInfo).port };
  const description = {
    apns: gateway,
    apnsSandbox: gateway,
    fcm: { url: `https://127.0.0.1:${gateway.port}` },
    ca: authority.certificate,
    credentials: {
      apns: { keyId: 'BENCHKEY01', teamId: 'BENCHTEAM1', privateKey, topic: 'com.example.bench' },
      fcm: {},
    },
  };
  const control = createServer((request, response) => {
    const url = new URL(request.url!, 'http://sink');
    const answer = (): void => {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ count, at: performance.timeOrigin + performance.now(), cpu: process.cpuUsage() }),
      );
    };
    if (url.pathname === '/emulator') response.end(JSON.stringify(description));
    else if (url.pathname === '/reset') {
      count = 0;
      answer();
    } else if (url.pathname === '/wait') {
      const wanted = Number(url.searchParams.get('count'));
      if (count >= wanted) answer();
      else waiting.push({ count: wanted, done: answer });
    } else answer();
  });
  control.listen(0, '127.0.0.1', () => {
    process.stdout.write(`http://127.0.0.1:${(control.address() as AddressInfo).port}\n`);
  });
});
process.on('disconnect', () => process.exit(0));
process.stdin.on('end', () => process.exit(0)).resume();
