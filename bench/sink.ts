// A separate process: gateways that accept and count every push as fast as frames can be read and written. The sink shares no
// code with the senders and costs less per push than any of them, so that it is never the bottleneck. It describes itself like an
// emulator, so that the service under test runs unchanged: APNS and GCM are fast, and APNS_SANDBOX accepts everything and never
// answers.
//
//   GET /emulator                      the gateways' addresses, and credentials
//   GET /reset[?times]                 resets the count; with `times` it records when each message arrives
//   GET /wait?count=                   answers once this many pushes have arrived
//   GET /count, /times                 how many have arrived; when each arrived
//   GET /close, /open                  APNs refuses connections; accepts them again
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createAuthority } from '../packages/emulator/src/certificates.ts';
import { serve } from './sink/connection.ts';
import type { Gateway } from './sink/connection.ts';

const host = '127.0.0.1';
const authority = createAuthority(Date.now());
const { certificate, privateKey } = authority.issueServer([host, 'localhost']);

let count = 0;
let swallowed = 0;
/** Milliseconds since the epoch, of the first counted push. */
let firstAt: number | undefined;
/** When each message arrived, by its id; only while requested. */
let times: Record<string, number> | undefined;
const waiting: { count: number; done: () => void }[] = [];
const now = (): number => performance.timeOrigin + performance.now();

function pushed(body: Buffer | undefined): void {
  count++;
  firstAt ??= now();
  if (times !== undefined && body !== undefined) {
    const payload = JSON.parse(body.toString()) as {
      messageId?: string;
      message?: { data: { messageId: string } };
    };
    times[payload.messageId ?? payload.message!.data.messageId] = now();
  }
  while (waiting[0] !== undefined && count >= waiting[0].count) waiting.shift()!.done();
}

const sockets = new Set<Socket>();
const keepsBodies = (): boolean => times !== undefined;

function open(gateway: Pick<Gateway, 'answer' | 'maxStreams'>): Server {
  const { answer } = gateway;
  const isQuick = answer !== 'never';
  const tls = { key: privateKey, cert: certificate, ALPNProtocols: ['h2'], noDelay: true };
  return createTlsServer(tls, (socket) => {
    if (answer === 'apns') {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    }
    serve(socket, {
      ...gateway,
      keepsBodies: isQuick ? keepsBodies : () => false,
      pushed: isQuick ? pushed : () => swallowed++,
    });
  }).on('tlsClientError', () => {}); // a sender that disconnects
}

async function listen(server: Server, port = 0): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const gateway = open({ answer: 'apns', maxStreams: 1_000 });
const apns = { host, port: await listen(gateway) };
const apnsSandbox = { host, port: await listen(open({ answer: 'never', maxStreams: 1_000 })) };
const fcm = { url: `https://${host}:${await listen(open({ answer: 'fcm', maxStreams: 100 }))}` };

const pem = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;
const keys = {
  apns: generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem }).privateKey,
  fcm: generateKeyPairSync('rsa', { modulusLength: 2048, ...pem }).privateKey,
};

const control = createServer((request, response) => {
  const url = new URL(request.url!, 'http://sink');
  const all = ['/times', '/wait'].includes(url.pathname);
  const answer = (): void => {
    response.end(JSON.stringify({ count, swallowed, at: now(), firstAt, times: all ? times : undefined }));
  };
  switch (url.pathname) {
    case '/emulator':
      return response.end(JSON.stringify(description));
    case '/token':
      return response.end(JSON.stringify({ access_token: 'x'.repeat(180), expires_in: 3600 }));
    case '/reset':
      count = 0;
      firstAt = undefined;
      times = url.searchParams.has('times') ? {} : undefined;
      return answer();
    case '/wait': {
      const wanted = Number(url.searchParams.get('count'));
      if (count >= wanted) return answer();
      waiting.push({ count: wanted, done: answer });
      return waiting.sort((a, b) => a.count - b.count);
    }
    case '/close':
      gateway.close(answer);
      for (const socket of sockets) socket.destroy();
      return;
    case '/open':
      return void listen(gateway, apns.port).then(answer);
    default:
      return answer();
  }
});
const controlUrl = `http://${host}:${await listen(control)}`;
const description = {
  apns,
  apnsSandbox,
  fcm,
  ca: authority.certificate,
  credentials: {
    apns: { keyId: 'BENCHKEY01', teamId: 'BENCHTEAM1', privateKey: keys.apns, topic: 'com.example.bench' },
    fcm: {
      project_id: 'bench',
      client_email: 'bench@bench.iam.gserviceaccount.com',
      private_key: keys.fcm,
      token_uri: `${controlUrl}/token`,
    },
  },
};
process.stdout.write(`${controlUrl}\n`);
// The benchmark has ended.
process.stdin.on('end', () => process.exit(0)).resume();
