// A separate process: sends `count` pushes to the sink as fast as one sender can, and prints the time and CPU it took.
//   node bench/sender.ts bare|transport|node-apn|apns2 <sink url> <count> <in flight>
import { connect } from 'node:http2';
import type { ClientHttp2Session } from 'node:http2';
import { systemClock } from '../packages/server/src/clock.ts';
import {
  HeaderTemplate,
  requestFields,
  VARIES,
} from '../packages/server/src/gateways/http2/header-template.ts';
import { APNS_POLICY } from '../packages/server/src/gateways/policy.ts';
import { createPool } from '../packages/server/src/gateways/pool.ts';

const [kind, sinkUrl, countText, inFlightText] = process.argv.slice(2) as [string, string, string, string];
const count = Number(countText);
const inFlight = Number(inFlightText);

const sink = (await (await fetch(new URL('/emulator', sinkUrl))).json()) as {
  apns: { host: string; port: number };
  ca: string;
  credentials: { apns: { keyId: string; teamId: string; privateKey: string; topic: string } };
};
const { keyId, teamId, privateKey, topic } = sink.credentials.apns;

const deviceToken = (index: number): string => index.toString(16).padStart(64, '0');
const payload = {
  aps: {
    alert: { title: '', body: 'Hello, your parcel is on its way.' },
    'mutable-content': 1,
    'content-available': 0,
  },
  initialContactId: 'contact-000000',
  messageId: 'message-000000000',
  messageType: 'MESSAGE',
  contentType: 'text/plain',
};

type Send = (index: number) => Promise<void>;

async function bare(): Promise<{ send: Send; close: () => void }> {
  const session: ClientHttp2Session = connect(`https://${sink.apns.host}:${sink.apns.port}`, { ca: sink.ca });
  await new Promise((resolve) => session.once('remoteSettings', resolve));
  const body = Buffer.from(JSON.stringify(payload));
  // The length of a real provider token.
  const authorization = `bearer ${'x'.repeat(180)}`;
  return {
    close: () => session.close(),
    send: (index) =>
      new Promise((resolve, reject) => {
        const stream = session.request({
          ':method': 'POST',
          ':path': `/3/device/${deviceToken(index)}`,
          authorization,
          'apns-topic': topic,
          'apns-push-type': 'alert',
          'apns-priority': '10',
          'apns-expiration': '1900000000',
          'apns-id': `00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`,
          'apns-collapse-id': `00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`,
        });
        let status = 0;
        stream.on('response', (headers) => {
          status = headers[':status'] ?? 0;
        });
        stream.on('error', reject);
        stream.on('close', () => (status === 200 ? resolve() : reject(new Error(`status ${status}`))));
        stream.resume();
        stream.end(body);
      }),
  };
}

/** Our own HTTP/2 client, without the gateway code around it. */
async function transport(): Promise<{ send: Send; close: () => void }> {
  const endpoint = { host: sink.apns.host, port: sink.apns.port, ca: sink.ca };
  const waiting: (() => void)[] = [];
  const pool = createPool({
    endpoint,
    policy: { ...APNS_POLICY, maxSessions: 1 },
    clock: systemClock,
    onCredit: () => {
      for (let credit = pool.credit; credit > 0; credit--) waiting.shift()?.();
    },
    onTrouble: (trouble) => {
      throw new Error(trouble?.answer);
    },
  });
  const template = new HeaderTemplate([
    ...requestFields(endpoint, VARIES),
    ['authorization', `bearer ${'x'.repeat(180)}`],
    ['apns-topic', topic],
    ['apns-push-type', 'alert'],
    ['apns-priority', '10'],
    ['apns-expiration', '1900000000'],
    ['apns-id', VARIES],
    ['apns-collapse-id', VARIES],
  ]);
  const body = JSON.stringify(payload);
  return {
    close: () => void pool.close(0),
    send: (index) =>
      new Promise((resolve, reject) => {
        const id = `00000000-0000-8000-8000-${index.toString(16).padStart(12, '0')}`;
        const values = [`/3/device/${deviceToken(index)}`, id, id];
        const begin = (): void =>
          pool.request({ template, values }, body, (result) => {
            if (result.kind === 'answered' && result.status === 200) resolve();
            else reject(new Error(JSON.stringify(result)));
          });
        if (pool.credit > 0) return begin();
        waiting.push(begin);
        pool.want(waiting.length);
      }),
  };
}

async function nodeApn(): Promise<{ send: Send; close: () => void }> {
  const apn = (await import('@parse/node-apn')).default;
  const provider = new apn.Provider({
    token: { key: privateKey, keyId, teamId },
    address: sink.apns.host,
    port: sink.apns.port,
    ca: sink.ca,
    production: true,
  } as never);
  return {
    close: () => void provider.shutdown(),
    send: async (index) => {
      const note = new apn.Notification();
      note.rawPayload = payload;
      note.topic = topic;
      const { failed } = await provider.send(note, deviceToken(index));
      if (failed.length > 0) throw new Error(JSON.stringify(failed[0]));
    },
  };
}

async function apns2(): Promise<{ send: Send; close: () => void }> {
  const { ApnsClient, Notification } = await import('apns2');
  const client = new ApnsClient({ team: teamId, keyId, signingKey: privateKey, defaultTopic: topic });
  // Host, port and CA are hard-coded, but the connection pool is a public member, so it is replaced.
  const Pool = client.client.constructor as new (url: string, options: object) => typeof client.client;
  const url = `https://${sink.apns.host}:${sink.apns.port}`;
  const options = { connections: 32, pipelining: 1, allowH2: true, maxConcurrentStreams: 100 };
  Object.assign(client, { client: new Pool(url, { ...options, connect: { ca: sink.ca } }) });
  const { aps, ...data } = payload;
  return {
    close: () => void client.destroy(),
    send: async (index) => {
      await client.send(new Notification(deviceToken(index), { aps, data }));
    },
  };
}

const { send, close } = await { bare, transport, 'node-apn': nodeApn, apns2 }[kind as 'bare']();
await send(0);
const cpuBefore = process.cpuUsage();
const from = performance.now();
let next = 0;
await Promise.all(
  Array.from({ length: inFlight }, async () => {
    while (next < count) await send(next++);
  }),
);
const ms = performance.now() - from;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(`${JSON.stringify({ ms, cpuMs: (cpu.user + cpu.system) / 1000 })}\n`);
close();
