// What one instance may ask of a node, whatever keys are used.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpServer } from '../../src/http/server.ts';
import { call, isRefusal } from '../http/recording-server.ts';
import { INSTANCE, startSystem } from './system.ts';

const key = { id: 'test', secret: 'test' };

const eventsOf = (instance: string, count: number) => ({
  method: 'PUT',
  target: `/chat-events/${instance}`,
  key,
  body: JSON.stringify({
    Events: Array.from({ length: count }, (_, index) => ({
      Id: `e-${index}`,
      ContactId: 'contact',
      Type: 'MESSAGE',
      ContentType: 'text/plain',
      Content: 'Hello',
      ParticipantRole: 'AGENT',
    })),
  }),
});

async function startLimited(perInstance: { callsPerSecond: number; eventsPerSecond: number }) {
  const limits = { requestsPerSecond: 1_000, burst: 1_000, perInstance };
  const system = await startSystem({ config: { limits, instances: [INSTANCE] } });
  const { url } = system.service;
  const server = { port: Number(new URL(url).port) } as HttpServer;
  return {
    call: (instance: string, count: number) => call(server, eventsOf(instance, count)),
    metrics: async () => (await (await fetch(new URL('/metrics', url))).text()).split('\n'),
    [Symbol.asyncDispose]: () => system.close(),
  };
}

test('calls beyond the rate of an instance are refused with the limit and its setting, those of another are not', async () => {
  await using limited = await startLimited({ callsPerSecond: 1, eventsPerSecond: 1_000 });
  for (let calls = 0; calls < 2; calls++) assert.equal((await limited.call(INSTANCE, 1)).status, 200);
  const refused = await limited.call(INSTANCE, 1);
  assert.equal(isRefusal(refused, 'ThrottlingException'), undefined);
  assert.match(refused.body, /limits\.perInstance\.callsPerSecond is 1 in the settings/);
  assert.equal(refused.headers.get('retry-after'), '1');
  assert.equal((await limited.call('another', 1)).status, 200);
  const metrics = await limited.metrics();
  for (const line of [
    `chatpush_instance_used_total{limit="callsPerSecond",instance="${INSTANCE}"} 2`,
    'chatpush_instance_used_total{limit="callsPerSecond",instance="others"} 1',
    'chatpush_instance_allowed_per_second{limit="callsPerSecond"} 1',
  ])
    assert.ok(metrics.includes(line), line);
});

test('chat events beyond the rate of an instance are refused as a call, and nothing of it is taken', async () => {
  await using limited = await startLimited({ callsPerSecond: 1_000, eventsPerSecond: 100 });
  assert.equal((await limited.call(INSTANCE, 500)).status, 200);
  const refused = await limited.call(INSTANCE, 100);
  assert.equal(isRefusal(refused, 'ThrottlingException'), undefined);
  assert.match(refused.body, /limits\.perInstance\.eventsPerSecond is 100 in the settings/);
  assert.equal(refused.headers.get('retry-after'), '1');
  const metrics = await limited.metrics();
  assert.ok(
    metrics.includes(`chatpush_instance_used_total{limit="eventsPerSecond",instance="${INSTANCE}"} 500`),
  );
});
