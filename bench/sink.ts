// A process of its own: a bare HTTP/2 server that answers every push with 200, as fast as Node can, and counts them; and
// a second one that never answers. It tells the service about itself the way an emulator does, so that the service under
// test runs unchanged: APNS is the fast one, APNS_SANDBOX the black hole.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer, ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Server } from 'node:net';
import { createAuthority } from '../packages/emulator/src/certificates.ts';

const authority = createAuthority(Date.now());
const certificate = authority.issueServer(['127.0.0.1', 'localhost']);
const { privateKey } = generateKeyPairSync('ec', {
  namedCurve: 'P-256',
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

let count = 0;
/** When each message came, by its id; only while asked for. */
let times: Record<string, number> | undefined;
const waiting: { count: number; done: () => void }[] = [];
const now = (): number => performance.timeOrigin + performance.now();

function gateway(onStream: (stream: ServerHttp2Stream, id: string) => void): Http2SecureServer {
  const server = createSecureServer({
    key: certificate.privateKey,
    cert: certificate.certificate,
    settings: { maxConcurrentStreams: 1000 },
  });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    onStream(stream, String(headers['apns-id']));
  });
  server.on('sessionError', () => {});
  return server;
}

const fast = gateway((stream, id) => {
  if (times) {
    const at = now();
    const kept = times;
    stream.setEncoding('utf8');
    let body = '';
    stream.on('data', (text: string) => {
      body += text;
    });
    stream.on('end', () => {
      kept[(JSON.parse(body) as { messageId: string }).messageId] = at;
    });
  } else stream.resume();
  stream.on('end', () => {
    stream.respond({ ':status': 200, 'apns-id': id }, { endStream: true });
    count++;
    while (waiting[0] !== undefined && count >= waiting[0].count) waiting.shift()!.done();
  });
});
let swallowed = 0;
const blackHole = gateway((stream) => {
  swallowed++;
  stream.resume();
});

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

const host = '127.0.0.1';
const apns = { host, port: await listen(fast) };
const apnsSandbox = { host, port: await listen(blackHole) };
const description = {
  apns,
  apnsSandbox,
  fcm: { url: `https://${host}:${apns.port}` },
  ca: authority.certificate,
  credentials: {
    apns: { keyId: 'BENCHKEY01', teamId: 'BENCHTEAM1', privateKey, topic: 'com.example.bench' },
    fcm: {},
  },
};

const control = createServer((request, response) => {
  const url = new URL(request.url!, 'http://sink');
  const answer = (): void => {
    response.end(JSON.stringify({ count, swallowed, at: now(), times }));
  };
  switch (url.pathname) {
    case '/emulator':
      return response.end(JSON.stringify(description));
    case '/reset':
      count = 0;
      times = url.searchParams.has('times') ? {} : undefined;
      return answer();
    case '/wait': {
      const wanted = Number(url.searchParams.get('count'));
      if (count >= wanted) return answer();
      return waiting.push({ count: wanted, done: answer });
    }
    default:
      return answer();
  }
});
process.stdout.write(`http://${host}:${await listen(control)}\n`);
// The benchmark is gone.
process.stdin.on('end', () => process.exit(0)).resume();
