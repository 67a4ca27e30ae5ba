// npm run attack -- [--minutes 10] [--seed 1] [--scale 1] [--only http,…]
//
// Everything that strangers and hostile tenants may try, against a service with production settings. Fails if the service answers
// a 5xx other than 503 or something that is not its own, allows what it must refuse, ends, keeps a connection beyond its limit,
// or does not release its memory. Also prints how long /livez and another tenant's call took.
import { setTimeout as wait } from 'node:timers/promises';
import { seeded } from '../campaign/random.ts';
import { readCommandLine } from '../scripts/command-line.ts';
import { createRandom } from './attack.ts';
import type { Attack, Field } from './attack.ts';
import { connections } from './attacks/connections.ts';
import { http } from './attacks/http.ts';
import { json } from './attacks/json.ts';
import { pages } from './attacks/pages.ts';
import { signatures } from './attacks/signatures.ts';
import { sns } from './attacks/sns.ts';
import { tenants } from './attacks/tenants.ts';
import { createFindings } from './findings.ts';
import { startTarget } from './target.ts';
import { startWatch } from './watch.ts';

const ATTACKS: Readonly<Record<string, Attack>> = {
  http,
  json,
  signatures,
  tenants,
  sns,
  pages,
  connections,
};
const DEFAULT_SEED = 20_261_122;

/** What a process may legitimately keep: addresses, rates, compiled code. */
const MEMORY_SLACK_MB = 16;
const MOST_RESIDENT_MB = 512;
const REST_MS = 5_000;

const USAGE = `npm run attack -- [--minutes 10] [--seed ${DEFAULT_SEED}] [--scale 1] [--only ${Object.keys(ATTACKS).join(',')}]`;

const { values } = readCommandLine(
  {
    options: {
      minutes: { type: 'string', default: '10' },
      seed: { type: 'string', default: String(DEFAULT_SEED) },
      scale: { type: 'string', default: '1' },
      only: { type: 'string', default: Object.keys(ATTACKS).join(',') },
    },
  },
  USAGE,
);
const names = values.only.split(',');
const [minutes, seed, scale] = [Number(values.minutes), Number(values.seed), Number(values.scale)];
if (!(minutes > 0 && seed >= 0 && scale > 0) || names.some((name) => !Object.hasOwn(ATTACKS, name))) {
  console.error(
    `--minutes and --scale must be above zero, --seed a number, and --only must name attacks.\n\n${USAGE}`,
  );
  process.exit(2);
}

const percentile = (list: readonly number[], share: number): number =>
  Math.round(list.toSorted((a, b) => a - b)[Math.min(list.length - 1, Math.floor(list.length * share))] ?? 0);

const random = createRandom(seeded(seed));
const findings = createFindings();
const target = await startTarget();
const endsAtMs = performance.now() + minutes * 60_000;
const counts = new Map<string, number>();
try {
  const watch = await startWatch(target, findings);
  const field: Field = { target, findings, random, scale };
  const run = async (name: string): Promise<void> => {
    await ATTACKS[name]!.run(field);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  };
  const inTurn = names.filter((name) => !ATTACKS[name]!.isBeside);
  const isOver = () => performance.now() > endsAtMs || target.hasEnded();
  // One full round before memory is measured: code compiled and values cached by then are not leaks.
  for (const name of inTurn) await run(name);
  await wait(REST_MS);
  const keptAtStartMb = await target.keptMb();
  await Promise.all([
    (async () => {
      for (let turn = 0; inTurn.length > 0 && !isOver(); turn++) await run(inTurn[turn % inTurn.length]!);
    })(),
    ...names
      .filter((name) => ATTACKS[name]!.isBeside)
      .map(async (name) => {
        while (!isOver()) await run(name);
      }),
  ]);
  await wait(REST_MS);
  await watch.stop();
  const keptAtEndMb = target.hasEnded() ? 0 : await target.keptMb();
  if (keptAtEndMb > keptAtStartMb + MEMORY_SLACK_MB)
    findings.add(`memory grew from ${keptAtStartMb} to ${keptAtEndMb} MB`, 'the attack');
  if (watch.mostResidentMb > MOST_RESIDENT_MB)
    findings.add(`the process took ${watch.mostResidentMb} MB`, 'the attack');
  console.log(`seed ${seed}: ${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  console.log(
    `answers: ${[...findings.answers]
      .toSorted(([a], [b]) => a - b)
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
  );
  for (const [what, list] of [
    ['/livez', watch.livezMs],
    ['another tenant’s call', watch.callMs],
  ] as const)
    console.log(
      `${what}: p50 ${percentile(list, 0.5)} ms, p99 ${percentile(list, 0.99)} ms, max ${percentile(list, 1)} ms (${list.length})`,
    );
  console.log(`this process was itself blocked for up to ${watch.ownBlockMs.toFixed(0)} ms`);
  console.log(
    `memory: ${watch.mostResidentMb} MB resident at peak; heap and buffers ${keptAtStartMb} MB before, ${keptAtEndMb} MB after`,
  );
} finally {
  if (!target.hasEnded()) await target.stop();
}
const found = findings.list();
console.log(found.length === 0 ? '\nEverything held.' : `\n${found.join('\n')}`);
process.exitCode = found.length === 0 ? 0 : 1;
