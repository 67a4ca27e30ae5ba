// npm run bench -- stream [--pairs 5] [--count 5000]
//
// Chat events one at a time, alternately by PutChatEvents and by Amazon's stream over SNS (signature version 2), to the same
// service (SQLite, synchronous=FULL, APNs sink in a separate process). Both kinds of requests are signed in advance; the
// benchmark checks every status and waits for every push. Reported: events answered per second, CPU per event, and the ratio pair
// by pair.
import { createPrivateKey, randomUUID, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, startChild } from './children.ts';
import { requestBytes, sendAll } from './connections.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import { openReport } from './report.ts';
import { TEXT, chatEvents } from './requests.ts';
import { CONTACTS, registerContacts } from './service.ts';

const IN_FLIGHT = 32;
const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:chat';

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
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
    const environment = {
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder, 'bench.db')}`,
      CHATPUSH_EMULATOR_URL: sinkUrl,
    };
    const service = startChild('bench/stream-service.ts', [], { environment });
    children.push(service);
    const where = JSON.parse(await service.line()) as { url: string; key: string; certificateUrl: string };
    const key = createPrivateKey(where.key);
    await registerContacts(where.url, 'stream');

    const report = openReport('stream', options);
    const ratios: number[] = [];
    const all: Record<'PutChatEvents' | 'SNS', Taken[]> = { PutChatEvents: [], SNS: [] };
    for (let pair = -1; pair < pairs; pair++) {
      const put = await measure(count, sinkUrl, service, where.url, (contactId) =>
        chatEvents(where.url, [{ id: randomUUID(), contactId }]),
      );
      const sns = await measure(count, sinkUrl, service, where.url, (contact) =>
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
  url: string,
  prepare: (contact: string) => Buffer,
): Promise<Taken> {
  const prepared = Array.from({ length: count }, (_, index) => prepare(`stream-${index % CONTACTS}`));
  await fetch(new URL('/reset', sinkUrl));
  const cpuBefore = await cpuOf(service.process.pid!);
  const from = performance.now();
  const answers = await sendAll(new URL(url), prepared, IN_FLIGHT);
  const ms = performance.now() - from;
  const odd = answers.find(({ status, body }) => status !== 200 || body.includes('Reason'));
  if (odd !== undefined) throw new Error(`${odd.status}: ${odd.body.slice(0, 500)}`);
  // Both kinds cause the same pushes, which end before the next run begins.
  await fetch(new URL(`/wait?count=${count}`, sinkUrl));
  return { ms, cpuMs: (await cpuOf(service.process.pid!)).ms - cpuBefore.ms };
}

function snsMessage(url: string, contact: string, key: KeyObject, certificateUrl: string): Buffer {
  const fields = {
    Message: JSON.stringify({
      AbsoluteTime: new Date().toISOString(),
      Content: TEXT,
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
  const headers = { 'content-type': 'text/plain; charset=UTF-8' };
  return requestBytes('POST', new URL('/sources/sns', url), headers, body);
}
