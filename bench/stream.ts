// npm run bench -- stream [--pairs 5] [--count 5000]
//
// Chat events one at a time, by PutChatEvents and by Amazon's stream over SNS (signature version 2), in turn, to the same
// service (SQLite, synchronous=FULL, APNs sink in a process of its own). Both kinds of requests are signed ahead; every status
// is checked, and every push waited for. Reported: events answered per second, CPU per event, and the ratio pair by pair.
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import { openReport } from './report.ts';
import { CONTACTS, registerContacts } from './service.ts';
import { signedHeaders } from './sign.ts';

const IN_FLIGHT = 32;
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:chat';

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

interface Prepared {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 5, count: 5_000 });
  const { pairs, count } = options;
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const children: Child[] = [];
  try {
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    const service = startChild('bench/stream-service.ts', [], {
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder, 'bench.db')}`,
      CHATPUSH_EMULATOR_URL: sinkUrl,
    });
    children.push(service);
    const where = JSON.parse(await service.line()) as { url: string; key: string; certificateUrl: string };
    const key = createPrivateKey(where.key);
    await registerContacts(where.url, 'stream');

    const report = openReport('stream', options);
    const ratios: number[] = [];
    const all: Record<'PutChatEvents' | 'SNS', Taken[]> = { PutChatEvents: [], SNS: [] };
    for (let pair = -1; pair < pairs; pair++) {
      const put = await measure(count, sinkUrl, service, (contact) => putEvent(where.url, contact));
      const sns = await measure(count, sinkUrl, service, (contact) =>
        snsMessage(where.url, contact, key, where.certificateUrl),
      );
      if (pair < 0) continue; // Warm-up.
      all.PutChatEvents.push(put);
      all.SNS.push(sns);
      ratios.push(put.ms / sns.ms);
      console.log(
        `pair ${pair + 1}: PutChatEvents ${perSecond(put, count)}/s, SNS ${perSecond(sns, count)}/s, ratio ${(put.ms / sns.ms).toFixed(2)}`,
      );
    }
    console.log('\nby              events/s (median)   CPU µs per event (median)');
    for (const [name, taken] of Object.entries(all))
      console.log(
        `${name.padEnd(16)}${String(Math.round(median(taken.map((one) => perSecond(one, count))))).padEnd(20)}${Math.round(median(taken.map((one) => (one.cpuMs * 1000) / count)))}`,
      );
    report.figure('runs', all);
    report.atLeast('SNS / PutChatEvents', median(ratios), 0.5);
    await report.save();
  } finally {
    for (const child of children.toReversed()) await child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const perSecond = (taken: Taken, count: number): number => Math.round((count / taken.ms) * 1000);

async function measure(
  count: number,
  sinkUrl: string,
  service: Child,
  prepare: (contact: string) => Prepared,
): Promise<Taken> {
  const prepared = Array.from({ length: count }, (_, index) => prepare(`stream-${index % CONTACTS}`));
  await fetch(new URL('/reset', sinkUrl));
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const cpuBefore = (await cpuOf(service.process.pid!)).ms;
  const from = performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let one = prepared[next++]; one; one = prepared[next++]) await send(one, agent);
    }),
  );
  const ms = performance.now() - from;
  // The pushes belong to both kinds alike; they end before the next run begins.
  await fetch(new URL(`/wait?count=${count}`, sinkUrl));
  agent.destroy();
  return { ms, cpuMs: (await cpuOf(service.process.pid!)).ms - cpuBefore };
}

function putEvent(url: string, contact: string): Prepared {
  const target = new URL('/chat-events/bench', url);
  const body = JSON.stringify({
    Events: [
      {
        Id: randomUUID(),
        ContactId: contact,
        Type: 'MESSAGE',
        ContentType: 'text/plain',
        Content: 'Hello, your parcel is on its way.',
        ParticipantRole: 'AGENT',
      },
    ],
  });
  return { method: 'PUT', url: target, headers: signedHeaders('PUT', target, body), body };
}

function snsMessage(url: string, contact: string, key: KeyObject, certificateUrl: string): Prepared {
  const fields = {
    Message: JSON.stringify({
      AbsoluteTime: new Date().toISOString(),
      Content: 'Hello, your parcel is on its way.',
      ContentType: 'text/plain',
      Id: randomUUID(),
      Type: 'MESSAGE',
      ParticipantRole: 'AGENT',
      InitialContactId: contact,
      ContactId: contact,
    }),
    MessageId: randomUUID(),
    Timestamp: new Date().toISOString(),
    TopicArn: TOPIC,
    Type: 'Notification',
  };
  const text = Object.entries(fields)
    .map(([name, value]) => `${name}\n${value}\n`)
    .join('');
  const body = JSON.stringify({
    ...fields,
    SignatureVersion: '2',
    Signature: sign('sha256', Buffer.from(text), key).toString('base64'),
    SigningCertURL: certificateUrl,
    MessageAttributes: {
      InstanceId: { Type: 'String', Value: 'bench' },
      MessageVisibility: { Type: 'String', Value: 'ALL' },
    },
  });
  return {
    method: 'POST',
    url: new URL('/sources/sns', url),
    headers: { 'content-type': 'text/plain; charset=UTF-8' },
    body,
  };
}

function send({ method, url, headers, body }: Prepared, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      { method, agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200 && !text.includes('Reason')) return resolve();
          return reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
