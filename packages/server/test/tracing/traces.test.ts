// Traces as an OpenTelemetry collector receives them. docs/guides/traces.md shows the output of this test.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AwsClient } from 'aws4fetch';
import { startEmulator } from '@chatpush/emulator';
import type { Emulator } from '@chatpush/emulator';
import { readConfig } from '../../src/config/environment.ts';
import { systemClock } from '../../src/clock.ts';
import type { Clock } from '../../src/clock.ts';
import { startService } from '../../src/service.ts';
import type { Service } from '../../src/service.ts';
import { formatTraceparent, parseTraceparent } from '../../src/tracing/traceparent.ts';
import { blocksOf } from '../guides/guide.ts';
import { APPLICATION, INSTANCE, iphone } from '../promises/system.ts';
import { temporaryFolder } from '../store/temporary-folder.ts';
import { attribute, draw, startCollector } from './collector.ts';

/** The example of W3C Trace Context, §3.2. */
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const TRACEPARENT = `00-${TRACE_ID}-${CALLER}-01`;
const HOUR_MS = 3_600_000;

/** A folder in which a service can be restarted. */
async function openPlace(t: TestContext, endpoint: string) {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const emulator = await startEmulator();
  t.after(() => emulator.close());
  const lines: string[] = [];
  const start = async (clock: Clock = systemClock): Promise<Service> => {
    const service = await startService(
      readConfig({
        CHATPUSH_PORT: '0',
        CHATPUSH_STORE: `sqlite:${join(folder.path, 'traces.db')}`,
        CHATPUSH_EMULATOR_URL: emulator.url,
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
      }),
      { clock, logLevel: 'debug', logStream: { write: (line) => void lines.push(line) } },
    );
    t.after(() => service.stop());
    return service;
  };
  return { emulator, start, lines };
}

/** A signed call with an extra header. */
async function call({ url }: Service, method: string, path: string, body: object, traceparent?: string) {
  const signer = new AwsClient({
    accessKeyId: 'test',
    secretAccessKey: 'test',
    service: 'connect',
    region: 'eu-central-1',
  });
  const answer = await signer.fetch(new URL(path, url), {
    method,
    headers: { 'content-type': 'application/json', ...(traceparent !== undefined && { traceparent }) },
    body: JSON.stringify(body),
  });
  assert.equal(answer.status, 200, await answer.text());
}

const register = (service: Service) =>
  call(service, 'PUT', `/push-notification/${INSTANCE}/registrations`, {
    PinpointAppArn: APPLICATION,
    DeviceType: 'APNS',
    DeviceToken: iphone('traced'),
    ContactConfiguration: { ContactId: 'traced', IncludeRawMessage: true },
  });

const say = (service: Service, id: string, traceparent?: string) =>
  call(
    service,
    'PUT',
    `/chat-events/${INSTANCE}`,
    { Events: [{ Id: id, ContactId: 'traced', Type: 'MESSAGE', Content: id, ParticipantRole: 'AGENT' }] },
    traceparent,
  );

async function shown(emulator: Emulator, messageId: string): Promise<void> {
  await emulator.phone(iphone('traced')).waitFor({ contains: messageId, timeoutMs: 60_000 });
}

test('a push is one trace, from the signed call over a restart and an hour to the attempt that a gateway accepts', async (t) => {
  const collector = await startCollector(t);
  const { emulator, start, lines } = await openPlace(t, collector.url);
  let service = await start();
  await register(service);
  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 503, retryAfterSeconds: 3_600, times: 1 }]);
  await say(service, 'm1', TRACEPARENT);
  await collector.until('push apns (emulated)', 1);
  await service.stop();

  emulator.faults.set([{ gateway: 'apns', fault: 'http', status: 500, times: 1 }]);
  service = await start({ ...systemClock, now: () => Date.now() + HOUR_MS + 2_000 });
  await shown(emulator, 'm1');
  await collector.until('push apns (emulated)', 3);

  const spans = collector.spans.filter(({ traceId }) => traceId === TRACE_ID);
  const text = draw(spans);
  const inGuide = blocksOf('traces.md').find(({ name }) => name === 'trace');
  assert.equal(
    withoutTimes(inGuide!.text),
    withoutTimes(text),
    `docs/guides/traces.md has another trace than\n${text}`,
  );

  const root = spans.find(({ name }) => name === 'PutChatEvents');
  assert.equal(root!.parentSpanId, CALLER);
  const attempts = spans.filter(({ name }) => name.startsWith('push'));
  assert.ok(attempts.every(({ parentSpanId }) => parentSpanId === root!.spanId));
  const [first, second] = attempts.map(({ startTimeUnixNano }) =>
    Number(BigInt(startTimeUnixNano) / 1_000_000n),
  );
  assert.ok(second! - first! >= HOUR_MS);
  assert.equal(new Set(attempts.map((span) => attribute(span, 'chatpush.delivery_id'))).size, 1);
  assert.deepEqual([...collector.services], ['chatpush']);
  assert.ok(
    lines.some((line) => line.includes('"PutChatEvents"') && line.includes(TRACE_ID)),
    'the log line names it',
  );
  assert.doesNotMatch(JSON.stringify(spans), new RegExp(iphone('traced')));
});

/** Durations, and the spaces before them, differ from run to run. */
const withoutTimes = (text: string): string => text.replaceAll(/ +\+[\d.]+ s +[\d.]+ ms/g, '').trimEnd();

test('a trace that its caller does not record is not recorded here, and an invalid traceparent starts a new one', async (t) => {
  const collector = await startCollector(t);
  const { emulator, start } = await openPlace(t, collector.url);
  const service = await start();
  await register(service);
  await say(service, 'unrecorded', TRACEPARENT.replace(/01$/, '00'));
  await shown(emulator, 'unrecorded');
  await say(service, 'odd', 'ff-0-0');
  await shown(emulator, 'odd');
  await collector.until('push apns (emulated)', 1);
  assert.equal(collector.spans.filter(({ name }) => name === 'push apns (emulated)').length, 1);
  assert.ok(collector.spans.every(({ traceId }) => traceId !== TRACE_ID && traceId !== ''));
});

test('an unreachable collector costs a log line and two seconds at the stop, but no push', async (t) => {
  const { emulator, start, lines } = await openPlace(t, 'http://127.0.0.1:9');
  const service = await start();
  await register(service);
  await say(service, 'alone', TRACEPARENT);
  await shown(emulator, 'alone');
  const from = performance.now();
  await service.stop();
  assert.ok(performance.now() - from < 5_000, `${performance.now() - from} ms`);
  assert.ok(lines.filter((line) => line.includes('traces are not exported')).length <= 1);
});

test('trace settings: the endpoint’s path, a custom path, the sampling ratio, and errors', () => {
  const read = (environment: Record<string, string>) => readConfig(environment).traces;
  const OTEL_EXPORTER_OTLP_ENDPOINT = 'http://collector:4318';
  assert.equal(read({}), undefined);
  assert.equal(read({ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_EXPORTER: 'none' }), undefined);
  assert.deepEqual(read({ OTEL_EXPORTER_OTLP_ENDPOINT: `${OTEL_EXPORTER_OTLP_ENDPOINT}/` }), {
    url: 'http://collector:4318/v1/traces',
    share: 1,
  });
  assert.deepEqual(
    read({
      OTEL_EXPORTER_OTLP_ENDPOINT,
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://traces.example/in',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
    }),
    { url: 'https://traces.example/in', share: 0.25 },
  );
  for (const [wrong, says] of [
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }, /OTEL_EXPORTER_OTLP_ENDPOINT is not an http URL/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /use http\/json/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_TRACES_SAMPLER_ARG: 'all' }, /SAMPLER_ARG is "all"; write a number/],
  ] as const)
    assert.throws(() => read(wrong), says);
});

test('a traceparent is parsed as in W3C Trace Context', () => {
  assert.deepEqual(parseTraceparent(TRACEPARENT), {
    traceId: TRACE_ID,
    spanId: CALLER,
    traceFlags: 1,
    isRemote: true,
  });
  // A later version may have more at the end (§2.2.4), and other flags than "sampled" mean nothing here.
  assert.equal(parseTraceparent(`01-${TRACE_ID}-${CALLER}-03-more`)?.traceFlags, 1);
  for (const invalid of [
    '',
    TRACEPARENT.toUpperCase(),
    `${TRACEPARENT}-more`,
    `ff-${TRACE_ID}-${CALLER}-01`,
    `00-${'0'.repeat(32)}-${CALLER}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID}-${CALLER}`,
  ])
    assert.equal(parseTraceparent(invalid), undefined, invalid);
  assert.equal(formatTraceparent(parseTraceparent(TRACEPARENT)!), TRACEPARENT);
});

/** Starts a service and returns the OpenTelemetry packages that it loaded, except the API, which prom-client needs. */
const LOADED = `
import { registerHooks } from 'node:module';
const loaded = new Set();
registerHooks({
  load: (url, context, next) => {
    const [name] = /@opentelemetry\\/(?!api\\b)[\\w-]+/.exec(url) ?? [];
    if (name) loaded.add(name);
    return next(url, context);
  },
});
const { readConfig } = await import('${new URL('../../src/config/environment.ts', import.meta.url).href}');
const { startService } = await import('${new URL('../../src/service.ts', import.meta.url).href}');
const service = await startService(readConfig(process.env), { logLevel: 'silent' });
await service.stop();
console.log(JSON.stringify([...loaded]));
`;

test('without an endpoint nothing of the SDK is loaded', (t) => {
  const folder = temporaryFolder();
  t.after(() => folder.remove());
  const loaded = (more: Record<string, string>): string[] => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=source', '--input-type=module', '-e', LOADED],
      {
        encoding: 'utf8',
        cwd: fileURLToPath(new URL('../../', import.meta.url)),
        env: {
          ...process.env,
          CHATPUSH_PORT: '0',
          CHATPUSH_STORE: `sqlite:${join(folder.path, 'loaded.db')}`,
          ...more,
        },
      },
    );
    assert.notEqual(stdout, '', stderr);
    return JSON.parse(stdout) as string[];
  };
  assert.deepEqual(loaded({}), []);
  assert.deepEqual(
    loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_SDK_DISABLED: 'true' }),
    [],
  );
  const on = loaded({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  assert.ok(on.includes('@opentelemetry/sdk-trace'), on.join());
});
