// npm run bench -- backlog [--store sqlite|postgres] [--count 1000000] [--json file]
//
// A backlog of deliveries waits for a gateway that refuses connections. How much memory does the service use while they arrive
// and while they wait, and how fast does it drain once the gateway accepts connections? The peer is the same service without a
// backlog: its rate right afterwards.
import { median, startChild } from './children.ts';
import { readOptions } from './options.ts';
import { memoryOf } from './process-time.ts';
import { openReport } from './report.ts';
import {
  BATCH,
  askSink,
  deliver,
  putBatches,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';
import type { RunningService } from './service.ts';
import { openStore } from './stores.ts';
import type { StoreName } from './stores.ts';

/** Signed at a time, which keeps this process small and the signatures fresh. */
const STRETCH = 100 * BATCH;
/** The slowest drain to wait for, and how long a service may take to reconnect. */
const LEAST_PER_SECOND = 500;
const CONNECT_SECONDS = 120;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres'], count: 1_000_000 });
  const count = Math.ceil(options.count / BATCH) * BATCH;
  const report = openReport('backlog', options);
  const store = await openStore(options.store as StoreName);
  const sink = startChild('bench/sink.ts');
  let service: RunningService | undefined;
  try {
    const sinkUrl = await sink.line();
    service = await startService(store.url, sinkUrl);
    await registerContacts(service.url, 'backlog');
    await askSink(sinkUrl, '/close');

    let putMs = 0;
    for (let put = 0; put < count; put += STRETCH) {
      const batches = signBatches(service.url, 'backlog', `wait${put}`, Math.min(STRETCH, count - put));
      const from = performance.now();
      await putBatches(service.url, batches);
      putMs += performance.now() - from;
      const { residentMb } = await memoryOf(service.pid);
      console.log(
        `${put + batches.length * BATCH} waiting, ${Math.round(((put + batches.length * BATCH) / putMs) * 1000)}/s accepted, ${Math.round(residentMb)} MB resident`,
      );
    }
    const waiting: number[] = [];
    for (let second = 0; second < 10; second++) {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      waiting.push((await memoryOf(service.pid)).residentMb);
    }
    const filled = await memoryOf(service.pid);
    const acceptedPerSecond = (count / putMs) * 1000;
    console.log(
      `\nall waiting: ${Math.round(median(waiting))} MB resident, ${Math.round(filled.peakMb)} MB at the peak so far`,
    );

    await askSink(sinkUrl, '/reset');
    const opened = await askSink(sinkUrl, '/open');
    const drained = await drain(sinkUrl, count, opened.at, service.pid);
    const peakMb = (await memoryOf(service.pid)).peakMb;
    const rates: number[] = [];
    for (let round = 0; round < 3; round++)
      rates.push(
        await deliver(service, sinkUrl, signBatches(service.url, 'backlog', `fresh${round}`, 20_000)),
      );
    const fresh = median(rates);
    console.log(
      `\ndrained in ${drained.seconds.toFixed(1)} s (first push ${drained.firstSeconds.toFixed(1)} s after the gateway opened), ${Math.round(drained.perSecond)}/s; with nothing waiting ${Math.round(fresh)}/s`,
    );
    const size = await store.size();
    report.figure('backlog', {
      acceptedPerSecond,
      waitingMb: median(waiting),
      peakWhileWaitingMb: filled.peakMb,
      peakMb,
      ...drained,
      freshPerSecond: fresh,
      storeMb: size / 1e6,
    });
    console.log(`      drain rate / rate with nothing waiting: ${(drained.perSecond / fresh).toFixed(2)}`);
    report.atMost(`MB resident with ${count} waiting`, median(waiting), 400);
    report.atMost(`MB resident at the peak, drain included`, peakMb, 400);
    await report.save();
  } finally {
    await service?.child.stop();
    await sink.stop();
    await store.close();
  }
}

/** Seconds and rate from the first push to the last; throws if it takes too long. */
async function drain(
  sinkUrl: string,
  count: number,
  openedAt: number,
  pid: number,
): Promise<{ seconds: number; firstSeconds: number; perSecond: number }> {
  const deadline = performance.now() + (count / LEAST_PER_SECOND + CONNECT_SECONDS) * 1000;
  for (let turn = 1; ; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const state = await askSink(sinkUrl, '/count');
    if (state.count >= count) {
      const seconds = (state.at - state.firstAt!) / 1000;
      return { seconds, firstSeconds: (state.firstAt! - openedAt) / 1000, perSecond: count / seconds };
    }
    if (performance.now() > deadline) throw new Error(`only ${state.count} of ${count} were sent`);
    if (turn % 10 === 0)
      console.log(
        `${state.count} of ${count} sent, ${Math.round((await memoryOf(pid)).residentMb)} MB resident`,
      );
  }
}
