// npm run bench -- register [--store sqlite|postgres] [--pairs 5] [--count 10000] [--against folder] [--json file]
//
// CreatePushNotificationRegistration for distinct contacts, signed in advance, 50 at a time and one at a time; and, in turn, the
// same bytes to a bare node:http server that reads them and answers. The ratio to the bare server is compared with the ratio
// before registration was optimised; `--against` measures another checkout in the same run.
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import { openReport, printTable, shown } from './report.ts';
import { registration } from './requests.ts';
import { percentile, register, startService } from './service.ts';
import { openStore } from './stores.ts';
import type { BenchStore, StoreName } from './stores.ts';

const IN_FLIGHT = 50;
/** Median ratios to the bare server at commit 5d55704 (docs/benchmarks.md). */
const BEFORE = { rate: 0.147, p50OneAtATime: 7.8 };

interface Run {
  readonly perSecond: number;
  readonly cpuMicros: number;
  readonly p50: number;
  readonly p99: number;
  /** One at a time. */
  readonly single: { readonly p50: number; readonly p99: number };
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres'], pairs: 5, count: 10_000, against: '' });
  const report = openReport('register', options);
  const children: Child[] = [];
  const stores: BenchStore[] = [];
  try {
    const servers = new Map<string, { url: string; pid: number }>();
    const bare = startChild('bench/bare-server.ts');
    children.push(bare);
    servers.set('bare node:http', { url: await bare.line(), pid: bare.process.pid! });
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    for (const checkout of options.against === '' ? [undefined] : [undefined, options.against]) {
      const store = await openStore(options.store as StoreName);
      stores.push(store);
      const service = await startService(store.url, sinkUrl, { checkout });
      children.push(service.child);
      servers.set(checkout === undefined ? 'chatpush' : 'chatpush --against', service);
    }

    const runs: Record<string, Run[]> = Object.fromEntries([...servers.keys()].map((name) => [name, []]));
    for (let pair = 0; pair <= options.pairs; pair++) {
      const order = pair % 2 === 0 ? [...servers] : [...servers].toReversed();
      const said: string[] = [];
      for (const [name, { url, pid }] of order) {
        const result = await measure(url, pid, options.count, pair);
        said.push(`${name} ${Math.round(result.perSecond)}/s, alone ${result.single.p50.toFixed(2)} ms`);
        if (pair > 0) runs[name]!.push(result);
      }
      console.log(`${pair === 0 ? 'warm-up' : `pair ${pair} of ${options.pairs}`}: ${said.join('; ')}`);
    }
    console.log();
    const middle = (name: string, figure: (run: Run) => number): number => median(runs[name]!.map(figure));
    printTable([
      [
        '',
        `calls/s, ${IN_FLIGHT} at a time`,
        'CPU µs per call',
        'p50 ms',
        'p99 ms',
        'one at a time: p50 ms',
        'p99 ms',
      ],
      ...[...servers.keys()].map((name) => [
        name,
        Math.round(middle(name, (run) => run.perSecond)),
        Math.round(middle(name, (run) => run.cpuMicros)),
        middle(name, (run) => run.p50).toFixed(1),
        middle(name, (run) => run.p99).toFixed(1),
        middle(name, (run) => run.single.p50).toFixed(2),
        middle(name, (run) => run.single.p99).toFixed(2),
      ]),
    ]);
    report.figure('runs', runs);

    const ratio = (ours: string, theirs: string, figure: (run: Run) => number): number =>
      median(runs[ours]!.map((run, pair) => figure(run) / figure(runs[theirs]![pair]!)));
    const rate = ratio('chatpush', 'bare node:http', (run) => run.perSecond);
    const alone = ratio('chatpush', 'bare node:http', (run) => run.single.p50);
    console.log(`chatpush / bare node:http: calls/s ${shown(rate)}, p50 one at a time ${shown(alone)}`);
    if (options.against !== '') {
      report.atLeast(
        'calls/s / --against',
        ratio('chatpush', 'chatpush --against', (run) => run.perSecond),
        1.8,
      );
      const single = ratio('chatpush', 'chatpush --against', (run) => run.single.p50);
      report.atMost('p50 one at a time / --against', single, 1);
    }
    if (options.store === 'sqlite') {
      report.atLeast('calls/s / bare node:http, as a multiple of 5d55704', rate / BEFORE.rate, 1.8);
      report.atMost(
        'p50 one at a time / bare node:http, as a multiple of 5d55704',
        alone / BEFORE.p50OneAtATime,
        1,
      );
    }
    await report.save();
  } finally {
    for (const child of children.toReversed()) await child.stop();
    for (const store of stores) await store.close();
  }
}

async function measure(url: string, pid: number, count: number, pair: number): Promise<Run> {
  const alone = Math.ceil(count / 20);
  const requests = Array.from({ length: count + alone }, (_, index) =>
    registration(url, { contactId: `register-${pair}-${index}`, device: index }),
  );
  const cpuBefore = await cpuOf(pid);
  const from = performance.now();
  const times = await register(url, requests.slice(0, count), IN_FLIGHT);
  const ms = performance.now() - from;
  const cpuMs = (await cpuOf(pid)).ms - cpuBefore.ms;
  const single = await register(url, requests.slice(count), 1);
  return {
    perSecond: (count / ms) * 1000,
    cpuMicros: (cpuMs * 1000) / count,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    single: { p50: percentile(single, 0.5), p99: percentile(single, 0.99) },
  };
}
