// One run: a store, its nodes, the phones, the load, one nemesis, and the verdict.
import { setTimeout as wait } from 'node:timers/promises';
import { check } from './check.ts';
import type { Verdict } from './check.ts';
import { openNodeClock } from './clock.ts';
import { startGateways } from './gateways.ts';
import type { Fault } from './history.ts';
import { createLoad } from './load.ts';
import { NEMESES } from './nemeses.ts';
import { createNode } from './nodes.ts';
import { seeded } from './random.ts';
import { STORES } from './stores.ts';
import type { StoreName } from './stores.ts';

export interface RunOptions {
  readonly store: StoreName;
  readonly nodes: number;
  readonly nemesis: string;
  readonly minutes: number;
  /** Events sent per second. */
  readonly rate: number;
  readonly seed: number;
}

/** The undisturbed time at the start, to measure the usual rate. */
const QUIET_MS = 6_000;
/** The wait after the last event: the longest time by which a gateway's own delays postpone a push. */
const DRAIN_MS = 120_000;
/** The wait after the last missing push, for duplicates that follow it. */
const SETTLE_MS = 3_000;

/** Undefined if the nemesis does not apply to this store. */
export async function run(options: RunOptions): Promise<Verdict | undefined> {
  const random = seeded(options.seed);
  const nemesis = NEMESES[options.nemesis]!;
  const kind = STORES[options.store];
  await using taken = new AsyncDisposableStack();
  const store = await kind.open();
  taken.defer(() => store.close());
  const gateways = await startGateways();
  taken.defer(() => gateways.close());
  const clock = nemesis.setsClock ? openNodeClock() : undefined;
  taken.defer(() => clock?.close());
  const nodes = Array.from({ length: kind.severalNodes ? options.nodes : 1 }, () =>
    createNode({ ...store.environment, ...clock?.environment, CHATPUSH_EMULATOR_URL: gateways.url }),
  );
  const world = { nodes, store, gateways, random, clock };
  if (!nemesis.fits(world)) return undefined;
  taken.defer(async () => {
    await Promise.all(nodes.map((node) => node.kill()));
  });
  for (const node of nodes) await node.start();

  const load = createLoad(nodes, options.rate, random);
  await load.prepare();
  const faults: Fault[] = [];
  const begunAt = Date.now();
  const until = begunAt + Math.max(options.minutes * 60_000, QUIET_MS + nemesis.calmMs);
  const over = new AbortController();
  const telling = load.run(over.signal);
  await wait(QUIET_MS);
  do {
    const from = Date.now();
    await nemesis.strike(world);
    faults.push({ from, to: Date.now() });
    await wait(nemesis.calmMs * (0.8 + 0.2 * random()));
  } while (!nemesis.isOnce && Date.now() + nemesis.calmMs < until);
  const loadEndedAt = Date.now();
  over.abort();
  await telling;

  const judge = async (log: Awaited<ReturnType<typeof load.readLog>>): Promise<Verdict> =>
    check({
      events: load.events,
      deletions: load.deletions,
      receipts: gateways.receipts,
      log,
      faults,
      load: { from: begunAt, to: loadEndedAt },
    });
  for (const deadline = Date.now() + DRAIN_MS; Date.now() < deadline; await wait(500))
    if ((await judge([])).lost.length === 0) break;
  await wait(SETTLE_MS);
  return judge(await load.readLog());
}
