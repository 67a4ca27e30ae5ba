// npm run bench -- hostile [--count 500]
//
// Texts crafted to be slow to process: one call with many events of one such text, for a contact with ten registrations. How long
// does the call take, and how does it affect `/livez` and single calls of another instance?
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from '@chatpush/client';
import { HOSTILE } from '../packages/server/test/content/markdown-cases.ts';
import type { HostileText } from '../packages/server/test/content/markdown-cases.ts';
import { startChild } from './children.ts';
import { readOptions } from './options.ts';
import { cpuOf } from './process-time.ts';
import type { Cpu } from './process-time.ts';
import { openReport, printTable, shown } from './report.ts';
import { percentile, startService } from './service.ts';
import type { RunningService } from './service.ts';
import { signedHeaders } from './sign.ts';

const APPLICATION = 'arn:aws:mobiletargeting:eu-central-1:000000000000:apps/support';
const PLAIN = {
  name: 'nothing hostile',
  contentType: 'text/plain',
  content: 'Hello, your parcel is on its way.',
};

export async function run(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, { count: 500 });
  const report = openReport('hostile', options);
  const folder = await mkdtemp(join(tmpdir(), 'chatpush-bench-'));
  const sink = startChild('bench/sink.ts');
  try {
    const service = await startService(`sqlite:${join(folder, 'hostile.db')}`, await sink.line());
    try {
      await register(service.url, 'noisy', 10);
      await register(service.url, 'quiet', 1);
      await measure(service, PLAIN, options.count); // Warm-up.
      const all: Measured[] = [];
      for (const text of [PLAIN, ...HOSTILE]) all.push(await measure(service, text, options.count));
      printTable([
        ['text', 'status', 'call ms', 'CPU s', 'main thread s', '/livez ms p50', 'max', 'other p50', 'max'],
        ...all.map(({ name, status, ms, cpu, livez, calls }) => [
          name,
          status,
          shown(Math.round(ms)),
          shown(cpu.ms / 1_000),
          shown(cpu.mainMs / 1_000),
          ...[livez, calls].flatMap((took) => [shown(percentile(took, 0.5)), shown(Math.max(...took))]),
        ]),
      ]);
      const worst = (of: (measured: Measured) => number): number => Math.max(...all.map(of));
      report.figure('texts', all);
      report.atMost(
        'ms of the slowest call',
        worst(({ ms }) => ms),
        5_000,
      );
      report.atMost(
        'ms of the slowest /livez',
        worst(({ livez }) => Math.max(...livez)),
        100,
      );
      report.atMost(
        'ms of the slowest call of another instance',
        worst(({ calls }) => Math.max(...calls)),
        150,
      );
    } finally {
      await service.child.stop();
    }
  } finally {
    await sink.stop();
    await rm(folder, { recursive: true, force: true });
  }
  await report.save();
}

async function register(url: string, instanceId: string, devices: number): Promise<void> {
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const client = createClient({ region: 'eu-central-1', endpoint: url, credentials });
  for (let device = 0; device < devices; device++)
    await client.createPushNotificationRegistration({
      instanceId,
      pinpointAppArn: APPLICATION,
      deviceToken: device.toString(16).padStart(64, '0'),
      deviceType: 'APNS',
      contactConfiguration: { contactId: 'contact', includeRawMessage: true },
    });
}

interface Measured {
  readonly name: string;
  readonly status: number;
  readonly ms: number;
  readonly cpu: Cpu;
  readonly livez: readonly number[];
  readonly calls: readonly number[];
}

async function measure(
  { child, url }: RunningService,
  { name, contentType, content }: HostileText,
  count: number,
): Promise<Measured> {
  const events = Array.from({ length: count }, () => ({
    Id: crypto.randomUUID(),
    ContentType: contentType,
    Content: content,
  }));
  const hostile = putEvents(url, 'noisy', events);
  const agent = new Agent({ keepAlive: true });
  const over = new AbortController();
  const livez: number[] = [];
  const calls: number[] = [];
  const probe = async (into: number[], everyMs: number, ask: () => Promise<unknown>): Promise<void> => {
    while (!over.signal.aborted) {
      const begun = performance.now();
      await ask();
      into.push(performance.now() - begun);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  };
  const probes = [
    probe(livez, 5, () => send(new URL('/livez', url), 'GET', {}, '', agent)),
    probe(calls, 20, () => {
      const call = putEvents(url, 'quiet', [
        { Id: crypto.randomUUID(), ContentType: 'text/plain', Content: 'Hello' },
      ]);
      return call(agent);
    }),
  ];
  await new Promise((resolve) => setTimeout(resolve, 100));
  livez.length = calls.length = 0;
  const begun = performance.now();
  const before = await cpuOf(child.process.pid!);
  const status = await hostile(agent);
  const ms = performance.now() - begun;
  const after = await cpuOf(child.process.pid!);
  const cpu = { ms: after.ms - before.ms, mainMs: after.mainMs - before.mainMs };
  over.abort();
  await Promise.all(probes);
  agent.destroy();
  // Wait until accepted events have been delivered, so that they do not affect the next text.
  await new Promise((resolve) => setTimeout(resolve, 2_000));
  return { name, status, ms, cpu, livez, calls };
}

/** Signs now and sends when called; resolves with the status. */
function putEvents(
  url: string,
  instanceId: string,
  events: readonly object[],
): (agent: Agent) => Promise<number> {
  const target = new URL(`/chat-events/${instanceId}`, url);
  const body = JSON.stringify({
    Events: events.map((event) => ({
      ContactId: 'contact',
      Type: 'MESSAGE',
      ParticipantRole: 'AGENT',
      ...event,
    })),
  });
  const headers = {
    ...signedHeaders('PUT', target, body),
    'content-length': String(Buffer.byteLength(body)),
  };
  return (agent) => send(target, 'PUT', headers, body, agent);
}

function send(
  target: URL,
  method: string,
  headers: Record<string, string>,
  body: string,
  agent: Agent,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(target, { method, agent, headers }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode!));
    });
    call.on('error', reject);
    call.end(body);
  });
}
