// npm run bench -- contacts [--store sqlite|postgres] [--count 1000000] [--pairs 5] [--json file]
//
// A store with a million contacts beside one with a thousand: registering them, delivering to random contacts, the size of the
// file, and the start time.
import { startChild, median } from './children.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { memoryOf } from './process-time.ts';
import { openReport } from './report.ts';
import { registration } from './requests.ts';
import {
  CONTACTS,
  deliver,
  percentile,
  register,
  registerContacts,
  signBatches,
  startService,
} from './service.ts';
import type { RunningService } from './service.ts';
import { openStore } from './stores.ts';
import type { BenchStore, StoreName } from './stores.ts';

const STRETCH = 20_000;
const IN_FLIGHT = 50;
const PUSHES = 20_000;
/** Seed for the choice of contacts. */
const SEED = 20_261_129;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { store: ['sqlite', 'postgres'], count: 1_000_000, pairs: 5 });
  const count = Math.max(options.count, CONTACTS);
  const report = openReport('contacts', options);
  const sink = startChild('bench/sink.ts');
  const children = new Set<Child>([sink]);
  const stores: BenchStore[] = [];
  try {
    const sinkUrl = await sink.line();
    const start = async (store: BenchStore): Promise<RunningService> => {
      const service = await startService(store.url, sinkUrl);
      children.add(service.child);
      return service;
    };
    const full = await openStore(options.store as StoreName);
    const empty = await openStore(options.store as StoreName);
    stores.push(full, empty);
    let beside = await start(full);
    const alone = await start(empty);
    await registerContacts(alone.url, 'contact');

    const rates: number[] = [];
    const times: number[] = [];
    for (let from = 0; from < count; from += STRETCH) {
      const requests = Array.from({ length: Math.min(STRETCH, count - from) }, (_, index) =>
        registration(beside.url, {
          contactId: `contact-${from + index}`,
          device: from + index,
          application: 'contact',
        }),
      );
      const begun = performance.now();
      times.push(...(await register(beside.url, requests, IN_FLIGHT)));
      rates.push((requests.length / (performance.now() - begun)) * 1000);
      if ((from / STRETCH) % 5 === 0)
        console.log(`${from + requests.length} contacts, ${Math.round(rates.at(-1)!)}/s`);
    }
    const edge = Math.max(1, Math.floor(rates.length / 10));
    const growth = median(rates.slice(-edge)) / median(rates.slice(0, edge));
    const { residentMb } = await memoryOf(beside.pid);

    await beside.child.stop();
    children.delete(beside.child);
    const size = await full.size();
    const begun = performance.now();
    beside = await start(full);
    const startMs = performance.now() - begun;
    const { residentMb: startedMb } = await memoryOf(beside.pid);

    const random = randomFrom(SEED);
    const pairs: { full: number; empty: number }[] = [];
    for (let pair = 0; pair <= options.pairs; pair++) {
      const batches = {
        full: signBatches(beside.url, 'contact', `full${pair}`, PUSHES, () => Math.floor(random() * count)),
        empty: signBatches(alone.url, 'contact', `empty${pair}`, PUSHES, () =>
          Math.floor(random() * CONTACTS),
        ),
      };
      const measured = { full: 0, empty: 0 };
      for (const which of pair % 2 === 0 ? (['full', 'empty'] as const) : (['empty', 'full'] as const))
        measured[which] = await deliver(which === 'full' ? beside : alone, sinkUrl, batches[which]);
      if (pair > 0) pairs.push(measured);
      console.log(
        `${pair === 0 ? 'warm-up' : `pair ${pair} of ${options.pairs}`}: ${Math.round(measured.full)}/s to random contacts of ${count}, ${Math.round(measured.empty)}/s to ${CONTACTS}`,
      );
    }

    const figures = {
      registeredPerSecond: median(rates),
      registerP50Ms: percentile(times, 0.5),
      registerP99Ms: percentile(times, 0.99),
      lastTenthToFirst: growth,
      residentMb,
      startMs,
      startedMb,
      bytesPerContact: size / count,
      pairs,
    };
    report.figure('contacts', figures);
    console.log(`
registered ${Math.round(figures.registeredPerSecond)}/s (p50 ${figures.registerP50Ms.toFixed(1)} ms, p99 ${figures.registerP99Ms.toFixed(1)} ms), the last tenth ${growth.toFixed(2)} × the first; ${Math.round(residentMb)} MB resident
start on it: ${Math.round(startMs)} ms, ${Math.round(startedMb)} MB resident; ${Math.round(figures.bytesPerContact)} bytes of file per contact`);
    report.atLeast(
      `deliver to random contacts of ${count} / to ${CONTACTS} in a small file`,
      median(pairs.map(({ full, empty }) => full / empty)),
      0.85,
    );
    await report.save();
  } finally {
    for (const child of [...children].toReversed()) await child.stop();
    for (const store of stores) await store.close();
  }
}

/** A seeded generator (mulberry32): the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
