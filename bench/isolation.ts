// npm run bench -- isolation [--pairs 5] [--waiting 100000] [--count 20000]
//
// One application's gateway accepts everything and never answers, with 100,000 deliveries waiting for it. Does another
// application notice? Runs with and without that neighbour alternate, each in a fresh process and each side with its own store.
// Compared pair by pair: throughput of batches, and p99 of single messages from the call to the gateway.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, startChild } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import { openReport } from './report.ts';
import {
  BATCH,
  deliver,
  measureLatency,
  percentile,
  putBatches,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';

interface Figures {
  readonly perSecond: number;
  readonly p99: number;
  /** CPU µs of the service per push. */
  readonly cpu: number;
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 5, waiting: 100_000, count: 20_000 });
  const { pairs } = options;
  const waiting = Math.ceil(options.waiting / BATCH) * BATCH;
  const count = Math.ceil(options.count / BATCH) * BATCH;
  const report = openReport('isolation', options);
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const sink = startChild('bench/sink.ts');
  try {
    const sinkUrl = await sink.line();
    const alone = join(folder, 'alone.db');
    const beside = join(folder, 'beside.db');
    await prepare(alone, sinkUrl, 0);
    await prepare(beside, sinkUrl, waiting);
    console.log(`${waiting} deliveries wait for a gateway that never answers; ${count} pushes a run`);
    const throughput: number[] = [];
    const latency: number[] = [];
    for (let pair = -1; pair < pairs; pair++) {
      const without = await measure(alone, sinkUrl, count, `a${pair}`);
      const withIt = await measure(beside, sinkUrl, count, `b${pair}`);
      if (pair < 0) continue; // Warm-up.
      throughput.push(withIt.perSecond / without.perSecond);
      latency.push(withIt.p99 / without.p99);
      console.log(
        `pair ${pair + 1}: alone ${Math.round(without.perSecond)}/s p99 ${without.p99.toFixed(1)} ms CPU ${Math.round(without.cpu)} µs, beside the dead gateway ${Math.round(withIt.perSecond)}/s p99 ${withIt.p99.toFixed(1)} ms CPU ${Math.round(withIt.cpu)} µs`,
      );
    }
    console.log();
    report.figure('ratios', { throughput, latency });
    report.atLeast('throughput beside the dead gateway / alone', median(throughput), 0.9);
    report.atMost('p99 beside the dead gateway / alone', median(latency), 1.5);
    await report.save();
  } finally {
    await sink.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Creates a store with contacts of the working application and the given number of deliveries waiting for the dead one. */
async function prepare(path: string, sinkUrl: string, waiting: number): Promise<void> {
  const service = await startService(`sqlite:${path}`, sinkUrl);
  try {
    await registerContacts(service.url, 'living');
    if (waiting === 0) return;
    await registerContacts(service.url, 'dead', 'APNS_SANDBOX');
    await putBatches(service.url, signBatches(service.url, 'dead', 'waiting', waiting));
  } finally {
    await service.child.stop();
  }
}

async function measure(path: string, sinkUrl: string, count: number, name: string): Promise<Figures> {
  const service = await startService(`sqlite:${path}`, sinkUrl);
  try {
    // The cost of a start (opening a 100 MB file) is not measured: both sides settle first, and their first pushes open
    // connections.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    await deliver(service, sinkUrl, signBatches(service.url, 'living', `${name}-first`, BATCH));

    const batches = signBatches(service.url, 'living', name, count);
    const cpuBefore = await cpuOf(service.pid);
    const perSecond = await deliver(service, sinkUrl, batches);
    const cpu = (((await cpuOf(service.pid)).ms - cpuBefore.ms) * 1000) / count;
    const { sent } = await measureLatency(service, sinkUrl, 'living', `${name}-single`, 1_000, 200);
    return { perSecond, p99: percentile(sent, 0.99), cpu };
  } finally {
    await service.child.stop();
  }
}
