// npm run bench -- flood [--store sqlite|postgres|both] [--seconds 5] [--json file]
//
// One instance floods: 20, 100 and 600 calls of 300 events at a time, with short texts, with texts of 16 KB, and with the worst
// cases for a markdown parser. Does another instance feel it, and does delivery go on? Beside the same without a flood in the same run.
import { setTimeout as sleep } from 'node:timers/promises';
import { HOSTILE } from '../packages/server/test/content/markdown-cases.ts';
import { startChild } from './children.ts';
import type { Child } from './children.ts';
import { openConnections, requestBytes } from './connections.ts';
import type { Flooded } from './flooder.ts';
import { readOptions } from './options.ts';
import { memoryOf } from './process-time.ts';
import { openReport, printTable } from './report.ts';
import type { Report } from './report.ts';
import { TEXT, chatEvents } from './requests.ts';
import type { Message } from './requests.ts';
import {
  CONTACTS,
  askSink,
  deliver,
  percentile,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';
import type { RunningService } from './service.ts';
import { openStore } from './stores.ts';
import type { StoreName } from './stores.ts';

type Text = Pick<Message, 'text' | 'contentType'>;

const TEXT_BYTES = 16_384;
const EVENT_LOOP = new URL('event-loop.ts', import.meta.url).href;
const FLOODS = [
  { texts: 'short', inFlight: [20, 100, 600] },
  { texts: '16 KB', inFlight: [20, 100] },
  { texts: 'markdown', inFlight: [20, 100] },
] as const;
const TEXTS: Readonly<Record<(typeof FLOODS)[number]['texts'], readonly Text[]>> = {
  short: [{ text: TEXT }],
  '16 KB': [{ text: 'x'.repeat(TEXT_BYTES) }],
  markdown: HOSTILE.map(({ contentType, content }) => ({ contentType, text: content })),
};
/** Calls at a time of a backend that is busy and no flood: its rate is the one to keep. */
const BUSY = 4;

const VICTIM_PER_SECOND = 50;
const LIVEZ_EVERY_MS = 50;
const MEMORY_EVERY_MS = 200;
const WARM_UP_PUSHES = 20_000;
/** For what was acknowledged to arrive. */
const DRAIN_MS = 180_000;

interface Stage {
  readonly callP50: number;
  readonly callP99: number;
  /** From the call to the phone. */
  readonly litP99: number;
  /** Calls of the victim that were not answered with 200. */
  readonly refused: number;
  readonly livezMax: number;
  readonly loopMax: number;
  readonly residentMb: number;
  readonly pushesPerSecond: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly statuses: Flooded['statuses'];
}

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres', 'both'], seconds: 5 });
  const report = openReport('flood', options);
  for (const name of options.store === 'both'
    ? (['sqlite', 'postgres'] as const)
    : [options.store as StoreName])
    await runOn(name, options.seconds, report);
  await report.save();
}

async function runOn(name: StoreName, seconds: number, report: Report): Promise<void> {
  const store = await openStore(name);
  const sink = startChild('bench/sink.ts');
  let service: RunningService | undefined;
  try {
    const sinkUrl = await sink.line();
    service = await startService(store.url, sinkUrl, {
      environment: { NODE_OPTIONS: `--import=${EVENT_LOOP}` },
    });
    for (const instance of ['bench', 'victim', 'flood'])
      await registerContacts(service.url, instance, 'APNS', instance);
    await deliver(service, sinkUrl, signBatches(service.url, 'bench', 'warm-up', WARM_UP_PUSHES));
    const { url } = service;
    const running = service;
    const flood = async (kind: keyof typeof TEXTS, inFlight: number): Promise<Stage> => {
      await askSink(sinkUrl, '/reset?times');
      const name = `${kind.replace(' ', '')}${inFlight}`;
      const flooder = startChild('bench/flooder.ts', [url, name, String(inFlight)]);
      flooder.process.stdin!.write(`${JSON.stringify(TEXTS[kind])}\n`);
      await flooder.line();
      const stage = await measure(running, sinkUrl, seconds, `victim-${name}`, flooder);
      console.log(
        `${name}: answers ${JSON.stringify(stage.statuses)}, ${stage.acknowledged} events acknowledged, ${Math.round(stage.pushesPerSecond)} pushes/s`,
      );
      return stage;
    };

    await askSink(sinkUrl, '/reset?times');
    const idle = await measure(service, sinkUrl, seconds, 'idle');
    console.log(`${name}: the other instance alone has a p99 of ${idle.callP99.toFixed(1)} ms`);
    const floods: Row[] = [];
    const rates: number[] = [];
    for (const { texts: kind, inFlight } of FLOODS) {
      const busy = await flood(kind, BUSY);
      for (const calls of inFlight) {
        const stage = await flood(kind, calls);
        const kept = stage.pushesPerSecond / busy.pushesPerSecond;
        rates.push(kept);
        floods.push({ title: `${calls} × ${kind}`, stage, kept });
      }
    }
    console.log();
    printStages([{ title: 'none', stage: idle }, ...floods]);
    report.figure(name, { idle, floods });

    const worst = (figure: (stage: Stage) => number): number =>
      Math.max(...floods.map(({ stage }) => figure(stage)));
    const callP99 = worst((stage) => stage.callP99);
    report.atMost(`${name}: p99 of the other instance's call, ms`, callP99, 150);
    report.atMost(`${name}: p99 of the other instance's call / idle`, callP99 / idle.callP99, 5);
    report.atMost(
      `${name}: calls of the other instance refused`,
      worst(({ refused }) => refused),
      0,
    );
    report.atMost(
      `${name}: p99 until its phone is lit, ms`,
      worst(({ litP99 }) => litP99),
      300,
    );
    report.atMost(
      `${name}: slowest /livez, ms`,
      worst(({ livezMax }) => livezMax),
      100,
    );
    report.atMost(
      `${name}: longest block of the event loop, ms`,
      worst(({ loopMax }) => loopMax),
      50,
    );
    report.atMost(
      `${name}: MB resident at the peak`,
      worst(({ residentMb }) => residentMb),
      512,
    );
    report.atMost(
      `${name}: acknowledged events lost`,
      worst(({ lost }) => lost),
      0,
    );
    report.atLeast(
      `${name}: pushes/s under the flood / with ${BUSY} calls at a time`,
      Math.min(...rates),
      0.5,
    );
  } finally {
    await service?.child.stop();
    await sink.stop();
    await store.close();
  }
}

/** The other instance calls at a steady pace for so many seconds; then the flood ends, and what it was promised has to arrive. */
async function measure(
  service: RunningService,
  sinkUrl: string,
  seconds: number,
  run: string,
  flooder?: Child,
): Promise<Stage> {
  const count = seconds * VICTIM_PER_SECOND;
  const requests = Array.from({ length: count }, (_, index) =>
    chatEvents(service.url, [{ id: `${run}-${index}`, contactId: `victim-${index % CONTACTS}` }], 'victim'),
  );
  const livez = requestBytes('GET', new URL('/livez', service.url), {}, '');
  const connections = openConnections(new URL(service.url));
  await blockedMs(service);
  const atStart = await askSink(sinkUrl, '/count');
  let over = false;

  const calls = requests.map(async (request, index) => {
    await sleep((index * 1000) / VICTIM_PER_SECOND);
    const from = performance.timeOrigin + performance.now();
    const { status, ms } = await connections.send(request);
    return { from, status, ms };
  });
  const livezTimes: number[] = [];
  const watching = repeat(
    LIVEZ_EVERY_MS,
    () => over,
    async () => {
      livezTimes.push((await connections.send(livez)).ms);
    },
  );
  let residentMb = 0;
  const weighing = repeat(
    MEMORY_EVERY_MS,
    () => over,
    async () => {
      residentMb = Math.max(residentMb, (await memoryOf(service.pid)).residentMb);
    },
  );
  await sleep(seconds * 1000);
  const atEnd = await askSink(sinkUrl, '/count');
  const answers = await Promise.all(calls);
  over = true;
  await Promise.all([watching, weighing]);
  const loopMax = await blockedMs(service);
  connections.close();

  const { acknowledged, statuses } =
    flooder === undefined ? { acknowledged: [], statuses: {} } : await end(flooder);
  const accepted = answers.flatMap(({ status }, index) => (status === 200 ? [`${run}-${index}`] : []));
  const { times, missing } = await arrived(sinkUrl, [...accepted, ...acknowledged]);
  const lit = answers.flatMap(({ from }, index) => {
    const at = times[`${run}-${index}`];
    return at === undefined ? [] : [at - from];
  });
  const callMs = answers.map(({ ms }) => ms);
  return {
    callP50: percentile(callMs, 0.5),
    callP99: percentile(callMs, 0.99),
    litP99: percentile(lit, 0.99),
    refused: answers.length - accepted.length,
    livezMax: Math.max(...livezTimes),
    loopMax,
    residentMb,
    pushesPerSecond: ((atEnd.count - atStart.count) / (atEnd.at - atStart.at)) * 1000,
    acknowledged: acknowledged.length,
    lost: missing,
    statuses,
  };
}

/** For how long the service's event loop was blocked at most since the last call. */
async function blockedMs({ child }: RunningService): Promise<number> {
  child.process.kill('SIGUSR2');
  for (;;) {
    const line = await child.line();
    if (!line.startsWith('{"eventLoop"')) continue; // the greeting
    return (JSON.parse(line) as { eventLoop: { maxMs: number } }).eventLoop.maxMs;
  }
}

async function end(flooder: Child): Promise<Flooded> {
  flooder.process.stdin!.end();
  try {
    return JSON.parse(await flooder.line()) as Flooded;
  } finally {
    await flooder.stop();
  }
}

/** Waits until all of these messages have come; how many have not when it takes too long. */
async function arrived(
  sinkUrl: string,
  ids: readonly string[],
): Promise<{ times: Record<string, number>; missing: number }> {
  const deadline = performance.now() + DRAIN_MS;
  for (;;) {
    const state = await askSink(sinkUrl, '/count');
    const isLate = performance.now() > deadline;
    if (state.count >= ids.length || isLate) {
      const { times = {} } = await askSink(sinkUrl, '/times');
      const missing = ids.filter((id) => times[id] === undefined).length;
      if (missing === 0 || isLate) return { times, missing };
    }
    await sleep(500);
  }
}

async function repeat(everyMs: number, isOver: () => boolean, act: () => Promise<void>): Promise<void> {
  while (!isOver()) {
    await act();
    await sleep(everyMs);
  }
}

interface Row {
  readonly title: string;
  readonly stage: Stage;
  /** Of the rate with few calls at a time. */
  readonly kept?: number;
}

function printStages(rows: readonly Row[]): void {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  printTable([
    [
      'calls × texts',
      'call p50 ms',
      'p99',
      'lit p99',
      'refused',
      '/livez max',
      'loop max',
      'MB',
      'pushes/s',
      'kept',
      'lost',
    ],
    ...rows.map(({ title, stage, kept }) => [
      title,
      ms(stage.callP50),
      ms(stage.callP99),
      ms(stage.litP99),
      stage.refused,
      ms(stage.livezMax),
      ms(stage.loopMax),
      Math.round(stage.residentMb),
      Math.round(stage.pushesPerSecond),
      kept === undefined ? '' : kept.toFixed(2),
      stage.lost,
    ]),
  ]);
}
