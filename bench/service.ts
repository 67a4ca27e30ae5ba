// The service under test as a process of its own, and the backend that drives it with requests signed ahead.
import { Agent, request } from 'node:http';
import { createClient } from '@chatpush/client';
import { startChild } from './children.ts';
import type { Child } from './children.ts';
import { signedHeaders } from './sign.ts';

export const BATCH = 500;
export const CONTACTS = 1_000;
const IN_FLIGHT = 4;

export interface RunningService {
  readonly child: Child;
  readonly url: string;
}

export async function startService(store: string, sinkUrl: string): Promise<RunningService> {
  const child = startChild('packages/server/src/main.ts', [], {
    CHATPUSH_PORT: '0',
    CHATPUSH_STORE: store,
    CHATPUSH_EMULATOR_URL: sinkUrl,
    CHATPUSH_LOG: 'error',
  });
  return { child, url: (await child.line()).split(' ').at(-1)! };
}

/** One device for each of the contacts `<prefix>-0` … */
export async function registerContacts(
  url: string,
  prefix: string,
  deviceType: 'APNS' | 'APNS_SANDBOX' | 'GCM' = 'APNS',
): Promise<void> {
  const client = createClient({
    region: 'eu-central-1',
    endpoint: url,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  let next = 0;
  await Promise.all(
    Array.from({ length: 50 }, async () => {
      while (next < CONTACTS) {
        const index = next++;
        await client.createPushNotificationRegistration({
          instanceId: 'bench',
          pinpointAppArn: `arn:aws:mobiletargeting:eu-central-1:000000000000:apps/${prefix}`,
          deviceToken: index.toString(16).padStart(64, '0'),
          deviceType,
          contactConfiguration: { contactId: `${prefix}-${index}`, includeRawMessage: true },
        });
      }
    }),
  );
}

export interface SignedBatch {
  readonly body: string;
  readonly headers: Record<string, string>;
  readonly size: number;
}

/** Batches of messages, one for each contact in turn. Ids begin with `run`, which must be new. */
export function signBatches(
  url: string,
  prefix: string,
  run: string,
  count: number,
  size = BATCH,
): { target: URL; batches: SignedBatch[] } {
  const target = new URL('/chat-events/bench', url);
  const batches = Array.from({ length: Math.ceil(count / size) }, (_, batch) => {
    const body = JSON.stringify({
      Events: Array.from({ length: size }, (_, index) => ({
        Id: `${run}-${batch * size + index}`,
        ContactId: `${prefix}-${(batch * size + index) % CONTACTS}`,
        Type: 'MESSAGE',
        ContentType: 'text/plain',
        Content: 'Hello, your parcel is on its way.',
        ParticipantRole: 'AGENT',
      })),
    });
    return { body, headers: signedHeaders('PUT', target, body), size };
  });
  return { target, batches };
}

export async function putBatches({
  target,
  batches,
}: {
  target: URL;
  batches: SignedBatch[];
}): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  let next = 0;
  try {
    await Promise.all(
      Array.from({ length: IN_FLIGHT }, async () => {
        for (let batch = batches[next++]; batch; batch = batches[next++]) await put(target, agent, batch);
      }),
    );
  } finally {
    agent.destroy();
  }
}

/** Sends one batch and checks every answer in it. */
export function put(target: URL, agent: Agent, { body, headers, size }: SignedBatch): Promise<void> {
  return new Promise((resolve, reject) => {
    const all = { ...headers, 'content-length': Buffer.byteLength(body) };
    const call = request(target, { method: 'PUT', agent, headers: all }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode !== 200)
          return reject(new Error(`${response.statusCode}: ${text.slice(0, 500)}`));
        const { Results } = JSON.parse(text) as { Results: { Deliveries: number; Reason?: string }[] };
        const odd = Results.find((result) => result.Deliveries !== 1 || result.Reason !== undefined);
        if (odd || Results.length !== size)
          return reject(new Error(`unexpected result ${JSON.stringify(odd)}`));
        return resolve();
      });
    });
    call.on('error', reject);
    call.end(body);
  });
}

export interface SinkState {
  readonly count: number;
  /** Requests that the black hole took. */
  readonly swallowed: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** When the first of them came. */
  readonly firstAt?: number;
  readonly times?: Record<string, number>;
}

export async function askSink(sinkUrl: string, path: string): Promise<SinkState> {
  return (await (await fetch(new URL(path, sinkUrl))).json()) as SinkState;
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))]!;

/** Single messages at a steady pace; milliseconds from the answer (`accepted`) and from the call (`sent`) to the gateway. */
export async function measureLatency(
  { url }: RunningService,
  sinkUrl: string,
  prefix: string,
  run: string,
  count: number,
  perSecond: number,
): Promise<{ sent: number[]; accepted: number[] }> {
  const { target, batches } = signBatches(url, prefix, run, count, 1);
  await askSink(sinkUrl, '/reset?times');
  const agent = new Agent({ keepAlive: true });
  const marks: { from: number; answered: number }[] = [];
  const begun = performance.now();
  await Promise.all(
    batches.map(async (batch, index) => {
      const waitMs = begun + (index * 1000) / perSecond - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, waitMs)));
      const from = performance.timeOrigin + performance.now();
      await put(target, agent, batch);
      marks[index] = { from, answered: performance.timeOrigin + performance.now() };
    }),
  );
  agent.destroy();
  const { times } = await askSink(sinkUrl, `/wait?count=${count}`);
  return {
    sent: marks.map(({ from }, index) => times![`${run}-${index}`]! - from),
    accepted: marks.map(({ answered }, index) => times![`${run}-${index}`]! - answered),
  };
}
