// npm run bench -- nodes [--pairs 5] [--count 20000] [--json file]
//
// One, two and three nodes, each group with its own PostgreSQL on the same machine. Signed PutChatEvents in batches of 500 go to
// the nodes of a group in turn → store (synced to disk) → APNs over TLS to one sink. The groups alternate, so that each round
// compares them within seconds. On two cores several nodes cannot be faster; they must not be slower.
import { median, startChild } from './children.ts';
import type { Child } from './children.ts';
import { readOptions } from './options.ts';
import { openReport, printTable } from './report.ts';
import { askSink, BATCH, putBatches, registerContacts, signBatches, startService } from './service.ts';
import type { RunningService } from './service.ts';
import { openStore } from './stores.ts';
import type { BenchStore } from './stores.ts';

const SIZES = [1, 2, 3] as const;
/** The difference between two identical runs (`--pairs 5` on an otherwise idle machine). */
const NOISE = 0.05;

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { pairs: 5, count: 20_000 });
  const count = Math.ceil(options.count / BATCH) * BATCH;
  const report = openReport('nodes', options);
  const children: Child[] = [];
  const stores: BenchStore[] = [];
  try {
    const sink = startChild('bench/sink.ts');
    children.push(sink);
    const sinkUrl = await sink.line();
    const groups: RunningService[][] = [];
    for (const size of SIZES) {
      const store = await openStore('postgres');
      stores.push(store);
      const nodes: RunningService[] = [];
      for (let node = 0; node < size; node++) {
        const service = await startService(store.url, sinkUrl);
        children.push(service.child);
        nodes.push(service);
      }
      await registerContacts(nodes[0]!.url, 'apns');
      groups.push(nodes);
    }

    const runs = SIZES.map((): number[] => []);
    for (let round = 0; round <= options.pairs; round++) {
      const order = [...groups.entries()];
      for (const [index, nodes] of round % 2 === 0 ? order : order.toReversed()) {
        const perSecond = await deliverBy(nodes, sinkUrl, `round${round}`, count);
        // The first is warm-up.
        if (round > 0) runs[index]!.push(perSecond);
      }
    }
    printTable([
      ['nodes', 'pushes/s', 'of one node'],
      ...SIZES.map((size, index) => [size, Math.round(median(runs[index]!)), ratio(runs, index).toFixed(2)]),
    ]);
    report.figure('pushes/s by nodes', runs);
    for (const [index, size] of SIZES.entries())
      if (size > 1) report.atLeast(`${size} nodes / one node`, ratio(runs, index), 1 - NOISE);
    await report.save();
  } finally {
    for (const child of children.toReversed()) await child.stop();
    for (const store of stores) await store.close();
  }
}

/** Ratio of a group to the single node, round by round. */
const ratio = (runs: readonly (readonly number[])[], index: number): number =>
  median(runs[index]!.map((perSecond, round) => perSecond / runs[0]![round]!));

/** Sends an equal share to each node at the same time; returns how many pushes per second reached the sink. */
async function deliverBy(
  nodes: readonly RunningService[],
  sinkUrl: string,
  round: string,
  count: number,
): Promise<number> {
  const share = Math.ceil(count / nodes.length / BATCH) * BATCH;
  const batches = nodes.map(({ url }, node) => signBatches(url, 'apns', `${round}-${node}`, share));
  await askSink(sinkUrl, '/reset');
  const from = performance.timeOrigin + performance.now();
  await Promise.all(nodes.map(({ url }, node) => putBatches(url, batches[node]!)));
  const total = share * nodes.length;
  const { at } = await askSink(sinkUrl, `/wait?count=${total}`);
  return (total / (at - from)) * 1000;
}
