// npm run bench -- deliver [--pairs 5] [--count 20000]
//
// Signed PutChatEvents in batches of 500 → SQLite (synchronous=FULL) → APNs over TLS to a sink in a process of its own,
// against a bare node:http2 loop with the same payload to the same sink, in turn; @parse/node-apn and apns2 in the same run.
// The requests are signed ahead; every status is checked. Reported: pushes per second, CPU per push, the ratio pair by pair,
// and how long a single message takes on a machine that is otherwise idle.
import { mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { readNumbers } from './options.ts';
import {
  BATCH,
  askSink,
  cpuMs,
  measureLatency,
  percentile,
  putBatches,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';
import type { RunningService } from './service.ts';

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

export async function run(argv: readonly string[]): Promise<void> {
  const { pairs, ...wanted } = readNumbers(argv, { pairs: 5, count: 20_000 });
  const count = Math.ceil(wanted.count / BATCH) * BATCH;
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const children: Child[] = [];
  try {
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    const service = await startService(`sqlite:${join(folder, 'bench.db')}`, sinkUrl);
    children.push(service.child);
    await registerContacts(service.url, 'support');

    console.log(
      `${count} pushes a run, ${pairs} pairs, Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model}`,
    );
    const ratios: number[] = [];
    const all: Record<string, Taken[]> = { bare: [], chatpush: [], 'node-apn': [], apns2: [] };
    for (let pair = -1; pair < pairs; pair++) {
      const bare = await runSender('bare', sinkUrl, count);
      const ours = await runService(service, sinkUrl, count, `run${pair}`);
      const nodeApn = await runSender('node-apn', sinkUrl, count);
      // Much slower, so a tenth is enough to know how much.
      const apns2 = await runSender('apns2', sinkUrl, count / 10);
      if (pair < 0) continue; // Warm-up.
      all['bare']!.push(bare);
      all['chatpush']!.push(ours);
      all['node-apn']!.push(nodeApn);
      all['apns2']!.push({ ms: apns2.ms * 10, cpuMs: apns2.cpuMs * 10 });
      ratios.push(bare.ms / ours.ms);
      console.log(
        `pair ${pair + 1}: bare ${perSecond(bare, count)}/s, chatpush ${perSecond(ours, count)}/s, ratio ${(bare.ms / ours.ms).toFixed(2)}`,
      );
    }
    console.log('\nsender      pushes/s (median)   CPU µs per push (median)');
    for (const [name, taken] of Object.entries(all)) {
      const rate = Math.round(median(taken.map((one) => (count / one.ms) * 1000)));
      const cpu = Math.round(median(taken.map((one) => (one.cpuMs * 1000) / count)));
      console.log(`${name.padEnd(12)}${String(rate).padEnd(20)}${cpu}`);
    }
    console.log(`\nratio chatpush / bare: median ${median(ratios).toFixed(2)} (goal ≥ 0.40)`);

    const { sent, accepted } = await measureLatency(service, sinkUrl, 'support', 'latency', 500, 50);
    console.log(
      `single messages, ms to the gateway: after the answer median ${percentile(accepted, 0.5).toFixed(1)}, p99 ${percentile(accepted, 0.99).toFixed(1)} (goal: median under 10); after the call median ${percentile(sent, 0.5).toFixed(1)}, p99 ${percentile(sent, 0.99).toFixed(1)}`,
    );
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

async function runService(
  { url, child }: RunningService,
  sinkUrl: string,
  count: number,
  name: string,
): Promise<Taken> {
  const signed = signBatches(url, 'support', name, count);
  await askSink(sinkUrl, '/reset');
  const cpuBefore = await cpuMs(child);
  const from = performance.timeOrigin + performance.now();
  await putBatches(signed);
  const { at } = await askSink(sinkUrl, `/wait?count=${count}`);
  return { ms: at - from, cpuMs: (await cpuMs(child)) - cpuBefore };
}
