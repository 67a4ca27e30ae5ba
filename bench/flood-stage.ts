// One stage of `bench flood`: the other instance calls at a steady rate, with or without a flood, while its calls, its phones,
// /livez, the event loop and the memory of the service are measured.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Child } from './children.ts';
import { openConnections, requestBytes } from './connections.ts';
import type { Flooded } from './flooder.ts';
import { memoryOf } from './process-time.ts';
import { chatEvents } from './requests.ts';
import { CONTACTS, askSink } from './service.ts';
import type { RunningService } from './service.ts';

const VICTIM_PER_SECOND = 50;
const LIVEZ_EVERY_MS = 50;
const MEMORY_EVERY_MS = 200;
/** How long acknowledged messages may take to arrive. */
const DRAIN_MS = 180_000;

export interface Stage {
  /** Of each call of the other instance. */
  readonly callMs: readonly number[];
  /** From each call to the phone. */
  readonly litMs: readonly number[];
  /** Calls of the other instance that were not answered 200. */
  readonly refused: number;
  readonly livezMax: number;
  readonly loopMax: number;
  readonly residentMb: number;
  readonly pushesPerSecond: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly statuses: Flooded['statuses'];
}

export type Rounds = Omit<Stage, 'acknowledged' | 'statuses'>;

/** All calls of the rounds together, the worst of what may never happen, and the mean rate. */
export function together(rounds: readonly Stage[]): Rounds {
  const sum = (figure: (stage: Stage) => number): number =>
    rounds.reduce((total, stage) => total + figure(stage), 0);
  const worst = (figure: (stage: Stage) => number): number => Math.max(...rounds.map(figure));
  return {
    callMs: rounds.flatMap(({ callMs }) => callMs),
    litMs: rounds.flatMap(({ litMs }) => litMs),
    refused: sum(({ refused }) => refused),
    livezMax: worst(({ livezMax }) => livezMax),
    loopMax: worst(({ loopMax }) => loopMax),
    residentMb: worst(({ residentMb }) => residentMb),
    pushesPerSecond: sum(({ pushesPerSecond }) => pushesPerSecond) / rounds.length,
    lost: sum(({ lost }) => lost),
  };
}

/** The other instance calls at a steady rate for the given time. Then the flood ends, and everything acknowledged must arrive. */
export async function measure(
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
  const litMs = answers.flatMap(({ from }, index) => {
    const at = times[`${run}-${index}`];
    return at === undefined ? [] : [at - from];
  });
  return {
    callMs: answers.map(({ ms }) => ms),
    litMs,
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

/** The longest block of the service's event loop since the last call. */
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

/** Waits until all of these messages have arrived; returns how many are missing after the time limit. */
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
