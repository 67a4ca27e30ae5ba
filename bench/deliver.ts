// npm run bench -- deliver [--pairs 5] [--count 20000]
//
// Signed PutChatEvents in batches of 500 → SQLite (synchronous=FULL) → APNs over TLS to a sink in a process of its own,
// against a bare node:http2 loop with the same payload to the same sink, in turn; @parse/node-apn and apns2 in the same run.
// The requests are signed ahead; every status is checked. Reported: pushes per second, CPU per push, and the ratio pair by pair.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createClient } from '@chatpush/client';
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { signedHeaders } from './sign.ts';

const BATCH = 500;
const CONTACTS = 1_000;
const IN_FLIGHT = 4;

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

export async function run(argv: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...argv],
    options: { pairs: { type: 'string', default: '5' }, count: { type: 'string', default: '20000' } },
  });
  const pairs = Number(values.pairs);
  const count = Math.ceil(Number(values.count) / BATCH) * BATCH;
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const children: Child[] = [];
  try {
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    const service = startChild('packages/server/src/main.ts', [], {
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: `sqlite:${join(folder, 'bench.db')}`,
      CHATPUSH_EMULATOR_URL: sinkUrl,
      CHATPUSH_LOG: 'warn',
    });
    children.push(service);
    const url = (await service.line()).split(' ').at(-1)!;
    await registerContacts(url);

    console.log(
      `${count} pushes a run, ${pairs} pairs, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`,
    );
    const ratios: number[] = [];
    const all: Record<string, Taken[]> = { bare: [], chatpush: [], 'node-apn': [], apns2: [] };
    for (let pair = -1; pair < pairs; pair++) {
      const bare = await runSender('bare', sinkUrl, count);
      const ours = await runService(url, sinkUrl, service, count, pair);
      const peers = {
        'node-apn': await runSender('node-apn', sinkUrl, count),
        apns2: await runSender('apns2', sinkUrl, count / 10),
      };
      if (pair < 0) continue; // Warm-up.
      all['bare']!.push(bare);
      all['chatpush']!.push(ours);
      all['node-apn']!.push(peers['node-apn']);
      all['apns2']!.push({ ms: peers.apns2.ms * 10, cpuMs: peers.apns2.cpuMs * 10 });
      ratios.push(bare.ms / ours.ms);
      console.log(
        `pair ${pair + 1}: bare ${perSecond(bare, count)}/s, chatpush ${perSecond(ours, count)}/s, ratio ${(bare.ms / ours.ms).toFixed(2)}`,
      );
    }
    console.log('\nsender      pushes/s (median)   CPU µs per push (median)');
    for (const [name, taken] of Object.entries(all))
      console.log(
        `${name.padEnd(12)}${String(Math.round(median(taken.map((one) => (count / one.ms) * 1000)))).padEnd(20)}${Math.round(median(taken.map((one) => (one.cpuMs * 1000) / count)))}`,
      );
    console.log(`\nratio chatpush / bare: median ${median(ratios).toFixed(2)} (goal ≥ 0.40)`);
  } finally {
    for (const child of children.toReversed()) await child.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const perSecond = (taken: Taken, count: number): number => Math.round((count / taken.ms) * 1000);

async function runSender(kind: string, sinkUrl: string, count: number): Promise<Taken> {
  const sender = startChild('bench/sender.ts', [kind, sinkUrl, String(count)]);
  try {
    return JSON.parse(await sender.line()) as Taken;
  } finally {
    await sender.stop();
  }
}

async function registerContacts(url: string): Promise<void> {
  const client = createClient({
    region: 'eu-central-1',
    endpoint: url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let next = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < CONTACTS) {
        const index = next++;
        await client.createPushNotificationRegistration({
          instanceId: 'bench',
          pinpointAppArn: 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/bench',
          deviceToken: index.toString(16).padStart(64, '0'),
          deviceType: 'APNS',
          contactConfiguration: { contactId: `contact-${index}`, includeRawMessage: true },
        });
      }
    }),
  );
}

async function runService(
  url: string,
  sinkUrl: string,
  service: Child,
  count: number,
  round: number,
): Promise<Taken> {
  const target = new URL('/chat-events/bench', url);
  const batches = Array.from({ length: count / BATCH }, (_, batch) => {
    const body = JSON.stringify({
      Events: Array.from({ length: BATCH }, (_, index) => ({
        Id: `message-${round}-${batch}-${index}`,
        ContactId: `contact-${(batch * BATCH + index) % CONTACTS}`,
        Type: 'MESSAGE',
        ContentType: 'text/plain',
        Content: 'Hello, your parcel is on its way.',
        ParticipantRole: 'AGENT',
      })),
    });
    return { body, headers: signedHeaders('PUT', target, body) };
  });
  await fetch(new URL('/reset', sinkUrl));
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  const cpuBefore = await cpuMs(service);
  const from = performance.timeOrigin + performance.now();
  let next = 0;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      for (let batch = batches[next++]; batch; batch = batches[next++]) await put(target, agent, batch);
    }),
  );
  const { at } = (await (await fetch(new URL(`/wait?count=${count}`, sinkUrl))).json()) as { at: number };
  agent.destroy();
  return { ms: at - from, cpuMs: (await cpuMs(service)) - cpuBefore };
}

function put(
  target: URL,
  agent: Agent,
  { body, headers }: { body: string; headers: Record<string, string> },
): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(
      target,
      { method: 'PUT', agent, headers: { ...headers, 'content-length': Buffer.byteLength(body) } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode !== 200)
            return reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
          const { Results } = JSON.parse(text) as { Results: { Deliveries: number; Reason?: string }[] };
          const odd = Results.find((result) => result.Deliveries !== 1 || result.Reason !== undefined);
          if (odd || Results.length !== BATCH)
            return reject(new Error(`unexpected result ${JSON.stringify(odd)}`));
          return resolve();
        });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}

/** CPU time of a process so far, from /proc where there is one; elsewhere 0, and the column says nothing. */
async function cpuMs(child: Child): Promise<number> {
  try {
    const fields = (await readFile(`/proc/${child.process.pid}/stat`, 'utf8')).split(') ')[1]!.split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}
