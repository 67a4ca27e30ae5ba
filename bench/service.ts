// The service under test as a separate process, and the backend that drives it with requests signed in advance.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChild } from './children.ts';
import type { Child } from './children.ts';
import { openConnections, sendAll } from './connections.ts';
import { chatEvents, checkAccepted, registration } from './requests.ts';

export const BATCH = 500;
export const CONTACTS = 1_000;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IN_FLIGHT = 4;
const REGISTRATIONS_IN_FLIGHT = 50;

export interface RunningService {
  readonly child: Child;
  readonly pid: number;
  readonly url: string;
}

export interface ServiceOptions {
  /** Another checkout, with its own node_modules, instead of this one. */
  readonly checkout?: string | undefined;
  readonly environment?: Readonly<Record<string, string>>;
  /** A module that is loaded into it first. */
  readonly preload?: string;
}

/** As in deploy/chatpush.service. */
const FLAGS = ['--v8-pool-size=2'];

export async function startService(
  store: string,
  sinkUrl: string,
  { checkout, environment, preload }: ServiceOptions = {},
): Promise<RunningService> {
  const main = 'packages/server/src/main.ts';
  const child = startChild(checkout === undefined ? main : resolve(checkout, main), [], {
    flags: preload === undefined ? FLAGS : [...FLAGS, `--import=${preload}`],
    environment: {
      CHATPUSH_PORT: '0',
      CHATPUSH_STORE: store,
      CHATPUSH_EMULATOR_URL: sinkUrl,
      // Development settings without their limits, so that the service's capacity is measured.
      CHATPUSH_CONFIG: settingsOf(checkout ?? ROOT),
      CHATPUSH_AUTO_CREATE: 'all',
      CHATPUSH_LOG: 'error',
      ...environment,
    },
  });
  return { child, pid: child.process.pid!, url: urlIn(await child.line()) };
}

/** The service's address from its first line of output: JSON, or text in an older checkout. */
function urlIn(line: string): string {
  const url = line.startsWith('{') ? (JSON.parse(line) as { url: string }).url : line.split(' ').at(-1)!;
  if (!/^http:\/\/[^/]+$/.test(url)) throw new Error(`The service's first line has no address: ${line}`);
  return url;
}

/** The checkout's own settings, because an older one refuses settings it does not know. */
function settingsOf(checkout: string): string {
  const own = resolve(checkout, 'bench/settings.json');
  return existsSync(own) ? own : join(ROOT, 'bench/settings-5d55704.json');
}

/** Registers one device for each of the contacts `<prefix>-0` … */
export async function registerContacts(
  url: string,
  prefix: string,
  deviceType: 'APNS' | 'APNS_SANDBOX' | 'GCM' = 'APNS',
  instance = 'bench',
): Promise<void> {
  const requests = Array.from({ length: CONTACTS }, (_, index) =>
    registration(url, {
      contactId: `${prefix}-${index}`,
      device: index,
      deviceType,
      application: prefix,
      instance,
    }),
  );
  await register(url, requests, REGISTRATIONS_IN_FLIGHT);
}

/** Returns the milliseconds of each call; throws unless all are registered. */
export async function register(
  url: string,
  requests: readonly Buffer[],
  inFlight: number,
): Promise<number[]> {
  const answers = await sendAll(new URL(url), requests, inFlight);
  const refused = answers.find(({ status }) => status !== 200);
  if (refused !== undefined) throw new Error(`registration: ${refused.status} ${refused.body}`);
  return answers.map(({ ms }) => ms);
}

/** Batches of messages signed ahead, one for each contact in turn. Ids begin with `run`, which must be new. */
export function signBatches(
  url: string,
  prefix: string,
  run: string,
  count: number,
  contactOf: (index: number) => number = (index) => index % CONTACTS,
): Buffer[] {
  return Array.from({ length: Math.ceil(count / BATCH) }, (_, batch) =>
    chatEvents(
      url,
      Array.from({ length: BATCH }, (_, place) => {
        const index = batch * BATCH + place;
        return { id: `${run}-${index}`, contactId: `${prefix}-${contactOf(index)}` };
      }),
    ),
  );
}

export async function putBatches(url: string, batches: readonly Buffer[]): Promise<void> {
  for (const answer of await sendAll(new URL(url), batches, IN_FLIGHT)) checkAccepted(answer, BATCH);
}

export interface SinkState {
  readonly count: number;
  /** Requests that the black hole received. */
  readonly swallowed: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the first of them arrived. */
  readonly firstAt?: number;
  readonly times?: Record<string, number>;
}

export async function askSink(sinkUrl: string, path: string): Promise<SinkState> {
  return (await (await fetch(new URL(path, sinkUrl))).json()) as SinkState;
}

/** Pushes the given number of messages in batches, and returns how many per second reached the sink. */
export async function deliver(
  { url }: RunningService,
  sinkUrl: string,
  batches: readonly Buffer[],
): Promise<number> {
  const count = batches.length * BATCH;
  await askSink(sinkUrl, '/reset');
  const from = performance.timeOrigin + performance.now();
  await putBatches(url, batches);
  const { at } = await askSink(sinkUrl, `/wait?count=${count}`);
  return (count / (at - from)) * 1000;
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/**
 * Sends single messages at a steady rate; returns milliseconds from the answer (`accepted`) and from the call (`sent`) to the
 * gateway.
 */
export async function measureLatency(
  { url }: RunningService,
  sinkUrl: string,
  prefix: string,
  run: string,
  count: number,
  perSecond: number,
): Promise<{ sent: number[]; accepted: number[] }> {
  const requests = Array.from({ length: count }, (_, index) =>
    chatEvents(url, [{ id: `${run}-${index}`, contactId: `${prefix}-${index % CONTACTS}` }]),
  );
  await askSink(sinkUrl, '/reset?times');
  const connections = openConnections(new URL(url));
  const begun = performance.now();
  const marks = await Promise.all(
    requests.map(async (request, index) => {
      const waitMs = begun + (index * 1000) / perSecond - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
      const from = performance.timeOrigin + performance.now();
      const answer = await connections.send(request);
      checkAccepted(answer, 1);
      return { from, answered: from + answer.ms };
    }),
  );
  connections.close();
  const { times } = await askSink(sinkUrl, `/wait?count=${count}`);
  return {
    sent: marks.map(({ from }, index) => times![`${run}-${index}`]! - from),
    accepted: marks.map(({ answered }, index) => times![`${run}-${index}`]! - answered),
  };
}
