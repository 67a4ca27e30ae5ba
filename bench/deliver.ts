// npm run bench -- deliver [--store sqlite|postgres|both|nats] [--pairs 5] [--count 20000] [--against folder] [--json file]
//
// Signed PutChatEvents in batches of 500 → store (synced to disk) → APNs over TLS to a sink in a separate process; the same
// through FCM; and, in turn, senders that store nothing, with the same payload to the same sink. Requests are signed in advance;
// every status is checked. Reported: pushes per second, CPU per push, ratios round by round, and the latency of single messages.
// Ratios count; absolute figures depend on the machine.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import { openReport, printTable } from './report.ts';
import { openSenders } from './senders.ts';
import type { Sender } from './senders.ts';
import {
  BATCH,
  deliver,
  measureLatency,
  percentile,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';
import type { RunningService } from './service.ts';
import { openStore } from './stores.ts';
import type { BenchStore, StoreName } from './stores.ts';

interface Run {
  readonly perSecond: number;
  /** CPU time per push of the sending process. */
  readonly cpuMicros: number;
  /** CPU time of the main thread (part of the above) and of the database server (in addition); chatpush only. */
  readonly mainMicros?: number;
  readonly serverMicros?: number;
}

interface Contender {
  readonly name: string;
  readonly run: (round: string) => Promise<Run>;
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, {
    store: ['sqlite', 'postgres', 'both', 'nats'],
    pairs: 5,
    count: 20_000,
    against: '',
  });
  const count = Math.ceil(options.count / BATCH) * BATCH;
  const stores = STORES[options.store as keyof typeof STORES];
  const report = openReport('deliver', options);
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const children: Child[] = [];
  const opened: BenchStore[] = [];
  try {
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    const senders = await openSenders(folder, (name, why) => {
      report.figure(`skipped: ${name}`, why);
      console.log(`${name} skipped: ${why}`);
    });
    const contenders: Contender[] = [];
    const services: { name: string; service: RunningService }[] = [];
    const start = async (name: StoreName, checkout?: string): Promise<[RunningService, BenchStore]> => {
      const store = await openStore(name);
      opened.push(store);
      const service = await startService(store.url, sinkUrl, { checkout });
      children.push(service.child);
      await registerContacts(service.url, 'apns');
      await registerContacts(service.url, 'fcm', 'GCM');
      return [service, store];
    };
    if (options.against !== '') {
      const [service, store] = await start(stores[0], options.against);
      contenders.push({
        name: AGAINST,
        run: (round) => runService(service, store, sinkUrl, count, 'apns', `${round}-against`),
      });
    }
    for (const name of stores) {
      const [service, store] = await start(name);
      services.push({ name: nameOf(name, 'APNs'), service });
      for (const gateway of ['APNs', 'FCM'])
        contenders.push({
          name: nameOf(name, gateway),
          run: (round) =>
            runService(service, store, sinkUrl, count, gateway.toLowerCase(), `${round}-${gateway}`),
        });
    }
    contenders.push(...senders.map((sender) => asContender(sender, sinkUrl, count)));

    const runs = await takeTurns(contenders, options.pairs);
    printTable([
      ['sender', 'pushes/s', 'CPU µs per push', 'main thread', 'database server'],
      ...contenders.map(({ name }) => {
        const middle = (figure: (run: Run) => number | undefined): string => {
          const values = runs[name]!.map(figure).filter((value) => value !== undefined);
          return values.length === 0 ? '' : String(Math.round(median(values)));
        };
        return [
          name,
          middle((run) => run.perSecond),
          middle((run) => run.cpuMicros),
          middle((run) => run.mainMicros),
          middle((run) => run.serverMicros || undefined),
        ];
      }),
    ]);
    report.figure('runs', runs);

    const ratio = (ours: string, theirs: string): number =>
      median(runs[ours]!.map((run, round) => run.perSecond / runs[theirs]![round]!.perSecond));
    const ours = nameOf(stores[0], 'APNs');
    if (options.against !== '') {
      report.figure(`${ours} / ${AGAINST}`, ratio(ours, AGAINST));
      console.log(`      ${ours} / ${AGAINST}: ${ratio(ours, AGAINST).toFixed(2)}`);
    }
    for (const { name } of senders) {
      report.figure(`${ours} / ${name}`, ratio(ours, name));
      if (['@parse/node-apn', 'sideshow/apns2 (Go)'].includes(name))
        report.atLeast(`${ours} / ${name}`, ratio(ours, name), 1.2);
      else console.log(`      ${ours} / ${name}: ${ratio(ours, name).toFixed(2)}`);
    }
    report.atMost(`CPU µs per push, ${ours}`, median(runs[ours]!.map((run) => run.cpuMicros)), 85);
    for (const name of stores)
      report.atLeast(
        `${nameOf(name, 'FCM')} / ${nameOf(name, 'APNs')}`,
        ratio(nameOf(name, 'FCM'), nameOf(name, 'APNs')),
        0.9,
      );
    if (options.store === 'both')
      report.atLeast('PostgreSQL / SQLite', ratio(nameOf('postgres', 'APNs'), nameOf('sqlite', 'APNs')), 0.6);

    if (options.store === 'nats') {
      const against = nameOf('postgres', 'APNs');
      report.atLeast('JetStream, 3 replicas / PostgreSQL', ratio(nameOf('nats', 'APNs'), against), 0.5);
      report.figure('JetStream, 1 server / PostgreSQL', ratio(nameOf('nats-one', 'APNs'), against));
      console.log(
        `      JetStream, 1 server / PostgreSQL: ${ratio(nameOf('nats-one', 'APNs'), against).toFixed(2)}`,
      );
    }

    for (const { name, service } of services) {
      const { sent, accepted } = await measureLatency(service, sinkUrl, 'apns', 'latency', 500, 50);
      const figures = {
        afterAnswer: { p50: percentile(accepted, 0.5), p99: percentile(accepted, 0.99) },
        afterCall: { p50: percentile(sent, 0.5), p99: percentile(sent, 0.99) },
      };
      report.figure(`single messages, ms to the gateway, ${name}`, figures);
      console.log(
        `${name}, single messages, ms to the gateway: after the call p50 ${figures.afterCall.p50.toFixed(1)}, p99 ${figures.afterCall.p99.toFixed(1)}; after the answer p50 ${figures.afterAnswer.p50.toFixed(1)}, p99 ${figures.afterAnswer.p99.toFixed(1)}`,
      );
      report.atMost(`ms after the answer, median, ${name}`, figures.afterAnswer.p50, 10);
    }
    await report.save();
  } finally {
    for (const child of children.toReversed()) await child.stop();
    for (const store of opened) await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The service from another checkout. */
const AGAINST = 'chatpush --against';

/** The services measured together; the first is compared with the other senders. */
const STORES = {
  sqlite: ['sqlite'],
  postgres: ['postgres'],
  both: ['sqlite', 'postgres'],
  nats: ['postgres', 'nats', 'nats-one'],
} as const satisfies Record<string, readonly StoreName[]>;

const STORE_TITLES = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  nats: 'JetStream (3 replicas)',
  'nats-one': 'JetStream (1 server)',
} as const satisfies Record<StoreName, string>;

const nameOf = (store: StoreName, gateway: string): string => `chatpush ${STORE_TITLES[store]} ${gateway}`;

const asContender = ({ name, share, send }: Sender, sinkUrl: string, count: number): Contender => ({
  name,
  run: async () => {
    const pushes = Math.ceil(count * share);
    const { ms, cpuMs } = await send(sinkUrl, pushes);
    return { perSecond: (pushes / ms) * 1000, cpuMicros: (cpuMs * 1000) / pushes };
  },
});

/**
 * Each round runs every sender once, alternately forwards and backwards, so that no sender always follows the same one. The first
 * round is warm-up.
 */
async function takeTurns(contenders: readonly Contender[], rounds: number): Promise<Record<string, Run[]>> {
  const runs: Record<string, Run[]> = Object.fromEntries(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    const said: string[] = [];
    for (const { name, run } of round % 2 === 0 ? contenders : contenders.toReversed()) {
      const result = await run(`round${round}`);
      said.push(`${name} ${Math.round(result.perSecond)}`);
      if (round > 0) runs[name]!.push(result);
    }
    console.log(`${round === 0 ? 'warm-up' : `round ${round} of ${rounds}`}: ${said.join(', ')}`);
  }
  console.log();
  return runs;
}

async function runService(
  service: RunningService,
  store: BenchStore,
  sinkUrl: string,
  count: number,
  prefix: string,
  name: string,
): Promise<Run> {
  const batches = signBatches(service.url, prefix, name, count);
  const [cpuBefore, serverBefore] = [await cpuOf(service.pid), await store.cpuMs()];
  const perSecond = await deliver(service, sinkUrl, batches);
  // The last answers are processed after the sink has counted them, and that work belongs to these pushes.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const [cpu, server] = [await cpuOf(service.pid), await store.cpuMs()];
  return {
    perSecond,
    cpuMicros: ((cpu.ms - cpuBefore.ms) * 1000) / count,
    mainMicros: ((cpu.mainMs - cpuBefore.mainMs) * 1000) / count,
    serverMicros: ((server - serverBefore) * 1000) / count,
  };
}
