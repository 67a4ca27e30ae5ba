// npm run bench -- flood [--store sqlite|postgres|both] [--rounds 3] [--seconds 5] [--json file]
//
// One instance floods the service: 20, 100 and 600 concurrent calls of 300 events, with short texts, with texts of 16 KB, and
// with the worst cases for a markdown parser. Does another instance notice, and does delivery continue? Compared with the same
// load without a flood in the same run. A round is each of these once; a percentile is that of the calls of all rounds.
import { HOSTILE } from '../packages/server/test/content/markdown-cases.ts';
import { startChild } from './children.ts';
import { measure, together } from './flood-stage.ts';
import type { Rounds, Stage } from './flood-stage.ts';
import { readOptions } from './options.ts';
import { openReport, printTable } from './report.ts';
import type { Report } from './report.ts';
import { TEXT } from './requests.ts';
import type { Message } from './requests.ts';
import { askSink, deliver, percentile, registerContacts, signBatches, startService } from './service.ts';
import type { RunningService } from './service.ts';
import { EVEN_WRITES, openStore } from './stores.ts';
import type { StoreName } from './stores.ts';

type Text = Pick<Message, 'text' | 'contentType'>;

const TEXT_BYTES = 16_384;
const EVENT_LOOP = new URL('event-loop.ts', import.meta.url).href;
const TEXTS = {
  short: [{ text: TEXT }],
  '16 KB': [{ text: 'x'.repeat(TEXT_BYTES) }],
  markdown: HOSTILE.map(({ contentType, content }) => ({ contentType, text: content })),
} as const satisfies Record<string, readonly Text[]>;
type Kind = keyof typeof TEXTS;

/** Concurrent calls of a busy backend that is not a flood; its rate is the reference. */
const BUSY = 4;

interface Load {
  /** Undefined: no flood. */
  readonly kind?: Kind;
  readonly inFlight: number;
}
const LOADS: readonly Load[] = [
  { inFlight: 0 },
  ...[BUSY, 20, 100, 600].map((inFlight) => ({ kind: 'short', inFlight }) as const),
  ...[BUSY, 20, 100].map((inFlight) => ({ kind: '16 KB', inFlight }) as const),
  ...[BUSY, 20, 100].map((inFlight) => ({ kind: 'markdown', inFlight }) as const),
];

/** A real flood comes from other machines, so its process must not take CPU from the service. */
const FLOODER_NICE = 10;

const WARM_UP_PUSHES = 20_000;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres', 'both'], rounds: 3, seconds: 5 });
  const report = openReport('flood', options);
  for (const name of options.store === 'both'
    ? (['sqlite', 'postgres'] as const)
    : [options.store as StoreName])
    await runOn(name, options, report);
  await report.save();
}

async function runOn(
  name: StoreName,
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
  report: Report,
): Promise<void> {
  const store = await openStore(name, EVEN_WRITES);
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
    const flood = async (kind: Kind, inFlight: number, run: string): Promise<Stage> => {
      await askSink(sinkUrl, '/reset?times');
      const flooder = startChild('bench/flooder.ts', [url, run, String(inFlight)], { nice: FLOODER_NICE });
      flooder.process.stdin!.write(`${JSON.stringify(TEXTS[kind])}\n`);
      await flooder.line();
      const stage = await measure(running, sinkUrl, seconds, `victim-${run}`, flooder);
      console.log(
        `${run}: answers ${JSON.stringify(stage.statuses)}, ${stage.acknowledged} events acknowledged, ${Math.round(stage.pushesPerSecond)} pushes/s`,
      );
      return stage;
    };
    const quiet = async (run: string): Promise<Stage> => {
      await askSink(sinkUrl, '/reset?times');
      return measure(running, sinkUrl, seconds, run);
    };

    // The messages of a chat find its contact in the cache, except the first: also in the stage without a flood.
    await quiet('warm-up');
    const measured: Stage[][] = LOADS.map(() => []);
    for (let round = 1; round <= rounds; round++) {
      console.log(`\n${name}: round ${round} of ${rounds}`);
      for (const [index, { kind, inFlight }] of LOADS.entries()) {
        const run = `${(kind ?? 'none').replace(' ', '')}-${inFlight}-${round}`;
        measured[index]!.push(await (kind === undefined ? quiet(run) : flood(kind, inFlight, run)));
      }
    }
    const rows = LOADS.map((load, index): Row => {
      const rounds = measured[index]!;
      return { load, rounds, all: together(rounds) };
    });
    console.log();
    printRows(rows);
    report.figure(name, rows);
    judge(name, rows, report);
  } finally {
    await service?.child.stop();
    await sink.stop();
    await store.close();
  }
}

interface Row {
  readonly load: Load;
  readonly rounds: readonly Stage[];
  readonly all: Rounds;
}

const p99 = ({ callMs }: Pick<Stage, 'callMs'>): number => percentile(callMs, 0.99);

/** The rate of pushes relative to that of a busy backend with the same texts; undefined if it is no flood. */
function kept({ load, all }: Row, rows: readonly Row[]): number | undefined {
  if (load.inFlight <= BUSY) return undefined;
  const busy = rows.find((row) => row.load.kind === load.kind && row.load.inFlight === BUSY)!;
  return all.pushesPerSecond / busy.all.pushesPerSecond;
}

function judge(name: StoreName, rows: readonly Row[], report: Report): void {
  const floods = rows.filter(({ load }) => load.inFlight > BUSY);
  const worst = (figure: (all: Rounds) => number): number =>
    Math.max(...floods.map(({ all }) => figure(all)));
  const atMost = (what: string, figure: (all: Rounds) => number, goal: number): void =>
    report.atMost(`${name}: ${what}`, worst(figure), goal);
  const idle = p99(rows[0]!.all);
  atMost("p99 of the other instance's call, ms", p99, 150);
  atMost("p99 of the other instance's call / idle", (all) => p99(all) / idle, 5);
  atMost('calls of the other instance refused', ({ refused }) => refused, 0);
  atMost('p99 until its phone lights up, ms', ({ litMs }) => percentile(litMs, 0.99), 300);
  atMost('slowest /livez, ms', ({ livezMax }) => livezMax, 100);
  atMost('longest block of the event loop, ms', ({ loopMax }) => loopMax, 50);
  atMost('MB resident at the peak', ({ residentMb }) => residentMb, 512);
  atMost('acknowledged events lost', ({ lost }) => lost, 0);
  report.atLeast(
    `${name}: pushes/s under the flood / with ${BUSY} calls at a time`,
    Math.min(...floods.map((row) => kept(row, rows)!)),
    0.5,
  );
}

function printRows(rows: readonly Row[]): void {
  const ms = (value: number): string => value.toFixed(value < 10 ? 1 : 0);
  printTable([
    [
      'calls × texts',
      'call p50 ms',
      'p99',
      'of each round',
      'lit p99',
      'refused',
      '/livez max',
      'loop max',
      'MB',
      'pushes/s',
      'kept',
      'lost',
    ],
    ...rows.map((row) => [
      row.load.kind === undefined ? 'none' : `${row.load.inFlight} × ${row.load.kind}`,
      ms(percentile(row.all.callMs, 0.5)),
      ms(p99(row.all)),
      row.rounds.map((round) => ms(p99(round))).join(', '),
      ms(percentile(row.all.litMs, 0.99)),
      row.all.refused,
      ms(row.all.livezMax),
      ms(row.all.loopMax),
      Math.round(row.all.residentMb),
      Math.round(row.all.pushesPerSecond),
      kept(row, rows)?.toFixed(2) ?? '',
      row.all.lost,
    ]),
  ]);
}
