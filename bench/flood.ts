// npm run bench -- flood [--store sqlite|postgres|both] [--seconds 5] [--json file]
//
// One instance floods the service: 20, 100 and 600 concurrent calls of 300 events, with short texts, with texts of 16 KB, and
// with the worst cases for a markdown parser. Does another instance notice, and does delivery continue? Compared with the same
// load without a flood in the same run.
import { HOSTILE } from '../packages/server/test/content/markdown-cases.ts';
import { startChild } from './children.ts';
import { measure } from './flood-stage.ts';
import type { Stage } from './flood-stage.ts';
import { readOptions } from './options.ts';
import { openReport, printTable } from './report.ts';
import type { Report } from './report.ts';
import { TEXT } from './requests.ts';
import type { Message } from './requests.ts';
import { askSink, deliver, registerContacts, signBatches, startService } from './service.ts';
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
/** Concurrent calls of a busy backend that is not a flood; its rate is the reference. */
const BUSY = 4;

/** A real flood comes from other machines, so its process must not take CPU from the service. */
const FLOODER_NICE = 10;

const WARM_UP_PUSHES = 20_000;

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
    service = await startService(store.url, sinkUrl, { preload: EVENT_LOOP });
    for (const instance of ['bench', 'victim', 'flood'])
      await registerContacts(service.url, instance, 'APNS', instance);
    await deliver(service, sinkUrl, signBatches(service.url, 'bench', 'warm-up', WARM_UP_PUSHES));
    const { url } = service;
    const running = service;
    const flood = async (kind: keyof typeof TEXTS, inFlight: number): Promise<Stage> => {
      await askSink(sinkUrl, '/reset?times');
      const name = `${kind.replace(' ', '')}${inFlight}`;
      const flooder = startChild('bench/flooder.ts', [url, name, String(inFlight)], { nice: FLOODER_NICE });
      flooder.process.stdin!.write(`${JSON.stringify(TEXTS[kind])}\n`);
      await flooder.line();
      const stage = await measure(running, sinkUrl, seconds, `victim-${name}`, flooder);
      console.log(
        `${name}: answers ${JSON.stringify(stage.statuses)}, ${stage.acknowledged} events acknowledged, ${Math.round(stage.pushesPerSecond)} pushes/s`,
      );
      return stage;
    };

    // The messages of a chat find its contact in the cache, except the first: also in the stage without a flood.
    await askSink(sinkUrl, '/reset?times');
    await measure(service, sinkUrl, seconds, 'warm-up');
    await askSink(sinkUrl, '/reset?times');
    const idle = await measure(service, sinkUrl, seconds, 'idle');
    console.log(`${name}: without a flood, the other instance has a p99 of ${idle.callP99.toFixed(1)} ms`);
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
      `${name}: p99 until its phone lights up, ms`,
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

interface Row {
  readonly title: string;
  readonly stage: Stage;
  /** Relative to the rate with few concurrent calls. */
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
