// npm run campaign -- [--store sqlite,postgres] [--nemesis kill,…] [--nodes 3] [--minutes 1] [--rate 100] [--seed 1]
//   [--at-once 1] [--write]
//
// Runs every nemesis on every store for the given minutes each. Prints a table, and fails if anything acknowledged was lost, got
// two ids, was sent after its delete or expiry, or if the rate did not recover.
import { readCommandLine } from '../scripts/command-line.ts';
import { NEMESES } from './nemeses.ts';
import { openPage } from './reliability-page.ts';
import { run } from './run.ts';
import { STORES } from './stores.ts';
import type { StoreName } from './stores.ts';
import { failuresOf, HEADING, rowOf } from './table.ts';

const DEFAULT_SEED = 20_261_122;

const USAGE = `npm run campaign -- [options]

  --store    ${Object.keys(STORES).join(',')}; all (the default)
  --nodes    processes on a shared store (3)
  --minutes  duration of the load for each nemesis on each store (1)
  --rate     events per second (100)
  --seed     seed of the random generator (${DEFAULT_SEED})
  --at-once  how many runs share the machine (1); each has its own store, nodes and phones
  --write    write the table to docs/reliability.md, row by row
  --nemesis  all (the default), or a list of
${Object.entries(NEMESES)
  .map(([name, { says }]) => `    ${name.padEnd(20)} ${says}`)
  .join('\n')}
`;

const { values } = readCommandLine(
  {
    options: {
      store: { type: 'string', default: 'all' },
      nemesis: { type: 'string', default: 'all' },
      nodes: { type: 'string', default: '3' },
      minutes: { type: 'string', default: '1' },
      rate: { type: 'string', default: '100' },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      'at-once': { type: 'string', default: '1' },
      write: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  },
  USAGE,
);

function fail(message: string): never {
  console.error(`${message}\n\n${USAGE}`);
  process.exit(2);
}

function numberOf(name: 'nodes' | 'minutes' | 'rate' | 'seed' | 'at-once'): number {
  const number = Number(values[name]);
  if (!(number > 0 && number < Infinity))
    fail(`--${name} is ${values[name]}: it must be a number above zero.`);
  return number;
}

function namesOf(name: 'store' | 'nemesis', known: object): string[] {
  const names = values[name] === 'all' ? Object.keys(known) : values[name].split(',');
  const unknown = names.find((one) => !Object.hasOwn(known, one));
  if (unknown !== undefined) fail(`--${name} names ${unknown}, which does not exist.`);
  return names;
}

if (values.help) {
  console.log(USAGE);
  process.exit(0);
}

// Only an orderly exit stops the nodes and servers that this process started. Each of them listens for it, so many listeners are no leak.
process.setMaxListeners(0);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

interface Result {
  /** Absent if the nemesis does not apply to the store. */
  readonly row?: string;
  readonly failures: readonly string[];
}

/** Prints the row if there is one. */
async function judge(nemesis: string, store: StoreName): Promise<Result> {
  try {
    const verdict = await run({ ...options, nemesis, store });
    if (verdict === undefined) return { failures: [] };
    const found = { nemesis, store, verdict };
    const row = rowOf(found);
    console.log(row);
    return { row, failures: failuresOf(found) };
  } catch (error) {
    // Continue with the other runs.
    return { failures: [`the run failed: ${error instanceof Error ? error.stack : String(error)}`] };
  }
}

const options = {
  nodes: numberOf('nodes'),
  minutes: numberOf('minutes'),
  rate: numberOf('rate'),
  seed: numberOf('seed'),
};
const atOnce = Math.ceil(numberOf('at-once'));
const stores = namesOf('store', STORES) as StoreName[];
const nemeses = namesOf('nemesis', NEMESES);
console.log(
  `${options.nodes} nodes (SQLite: 1), ${options.rate} events/s, ${options.minutes} min each, seed ${options.seed}\n\n${HEADING}`,
);
const pairs = nemeses.flatMap((nemesis) => stores.map((store) => ({ nemesis, store })));
/** In the order of the pairs, whichever ends first. */
const results: Result[] = pairs.map(() => ({ failures: [] }));
const rows = (): string[] => results.flatMap(({ row }) => row ?? []);
const failures = (): string[] =>
  results.flatMap((result, at) =>
    result.failures.map((failure) => `${pairs[at]!.nemesis} on ${pairs[at]!.store}: ${failure}`),
  );
const page = values.write ? openPage(`npm run campaign -- ${process.argv.slice(2).join(' ')}`) : undefined;
const left = pairs.entries();
await Promise.all(
  Array.from({ length: Math.min(atOnce, pairs.length) }, async () => {
    for (const [at, { nemesis, store }] of left) {
      results[at] = await judge(nemesis, store);
      page?.write(rows(), failures());
    }
  }),
);
console.log(failures().length === 0 ? '\nEverything held.' : `\n${failures().join('\n')}`);
// Each run has closed what it opened, but a socket left by a frozen or promoted server must not keep the process alive.
process.exit(failures().length === 0 ? 0 : 1);
